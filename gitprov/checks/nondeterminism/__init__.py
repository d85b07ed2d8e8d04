"""Results that differ from run to run: chance, clocks, orders that nothing fixes, races."""
