(function () {
  "use strict";
  var root = document.documentElement, place = root.getAttribute("data-root") + "version";
  setInterval(function () {
    if (document.hidden) return;
    fetch(place).then(function (answer) { return answer.text(); }).then(function (now) {
      if (now !== root.getAttribute("data-version")) location.reload();
    }, function () { /* the server has ended */ });
  }, 1500);
})();
