(function () {
  "use strict";
  var root = document.documentElement;
  function stored(value) {
    try {
      if (value === undefined) return localStorage.getItem("gitprov-theme");
      localStorage.setItem("gitprov-theme", value);
    } catch (error) { return null; }
  }
  var theme = stored();
  if (theme === "dark" || theme === "light") root.setAttribute("data-theme", theme);
  root.classList.add("js");

  function dark() {
    var set = root.getAttribute("data-theme");
    return set ? set === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  document.addEventListener("DOMContentLoaded", function () {
    var button = document.getElementById("theme");
    button.hidden = false;
    var here = document.querySelector("nav [aria-current]");
    if (here) here.parentNode.scrollLeft = here.offsetLeft - here.parentNode.offsetLeft - 60;
    button.addEventListener("click", function () {
      var next = dark() ? "light" : "dark";
      root.setAttribute("data-theme", next);
      stored(next);
      dispatchEvent(new Event("gitprov-theme"));
    });
  });
})();
