(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    var src = document.querySelector(".src");
    if (src) file(src);
  });

  function file(src) {
    var shown = null;
    function show(line) {
      var name = line && line.getAttribute("data-t");
      var card = name && document.getElementById("t" + name);
      if (!card || card === shown) return;
      if (shown) shown.classList.remove("on");
      card.classList.add("on");
      shown = card;
    }
    function of(event) { return event.target.closest ? event.target.closest("[data-t]") : null; }
    src.addEventListener("mouseover", function (event) { show(of(event)); });
    src.addEventListener("focusin", function (event) { show(of(event)); });
    src.addEventListener("click", function (event) {
      show(of(event));
      var badge = event.target.closest("a.b");
      if (badge) { event.preventDefault(); return; }
      var number = event.target.closest(".chunk u");
      if (number) {
        var first = event.shiftKey ? lines()[0] : 0, last = +number.textContent;
        location.hash = "L" + (first ? Math.min(first, last) + "-" + Math.max(first, last) : last);
      }
    });
    function lines() {
      var match = /^#L(\d+)(?:-L?(\d+))?$/.exec(location.hash);
      return match ? [+match[1], +(match[2] || match[1])] : [];
    }
    function mark(scroll) {
      src.querySelectorAll(".chunk > .on").forEach(function (line) { line.classList.remove("on"); });
      var range = lines();
      for (var n = range[0]; n <= range[1]; n++) {
        var line = document.getElementById("L" + n);
        if (!line) break;
        line.classList.add("on");
        if (n === range[0]) { show(line); if (scroll) line.scrollIntoView({block: "center"}); }
      }
    }
    addEventListener("hashchange", function () { mark(true); });
    mark(true);
    if (!shown && matchMedia("(min-width: 60.01rem)").matches) show(src.querySelector("[data-t]"));

    var keys = document.getElementById("keys");
    var runs = Array.prototype.slice.call(src.querySelectorAll("a.b.ai, a.b.edited"));
    var at = -1;
    document.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
      var key = event.key.toLowerCase();
      if (key === "escape" && !keys.open && shown) { shown.classList.remove("on"); shown = null; return; }
      if (key === "?") { if (keys.open) keys.close(); else keys.showModal(); return; }
      if (key !== "j" && key !== "k" || !runs.length) return;
      var focused = runs.indexOf(document.activeElement);
      at = focused >= 0 ? focused : at;
      at = Math.min(Math.max(at + (key === "j" ? 1 : -1), 0), runs.length - 1);
      runs[at].focus({preventScroll: true});
      runs[at].closest("[data-t]").scrollIntoView({block: "center"});
    });
  }
})();
