"""Plain frozen values and their canonical bytes; nothing here touches the world."""
