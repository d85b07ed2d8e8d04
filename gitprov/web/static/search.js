(function () {
  "use strict";
  var MOST = 200;
  document.addEventListener("DOMContentLoaded", function () {
    var box = document.getElementById("q"), list = document.getElementById("results"), state = document.getElementById("state");
    if (!box) return;
    document.getElementById("search").hidden = false;
    var packed = Uint8Array.from(atob(document.getElementById("index").textContent.trim()), function (c) { return c.charCodeAt(0); });
    state.textContent = "Reading the index …";
    new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"))).text().then(function (text) {
      var index = JSON.parse(text);
      index.words = index.words ? index.words.split(" ") : [];
      index.places = index.places.split(";");
      index.low = index.pages.map(function (page) { return page[2].toLowerCase(); });
      function run() { show(index, box.value); }
      box.addEventListener("input", function () {
        try { history.replaceState(null, "", box.value ? "#q=" + encodeURIComponent(box.value) : "#"); } catch (error) { /* no history */ }
        run();
      });
      addEventListener("hashchange", start);
      function start() {
        var match = /^#q=(.*)$/.exec(location.hash);
        try { if (match) box.value = decodeURIComponent(match[1]); } catch (error) { box.value = match[1]; }
        run();
      }
      start();
      if (!location.hash) box.focus({preventScroll: true});
    }, function () { state.textContent = "This browser cannot read the index."; });

    function pagesWith(index, term) {
      var hits = new Set();
      index.words.forEach(function (word, at) {
        if (term.length > 2 ? word.indexOf(term) < 0 : word.indexOf(term) !== 0) return;
        var number = 0;
        index.places[at].split(",").forEach(function (step) { number += parseInt(step, 36); hits.add(number); });
      });
      return hits;
    }
    function show(index, query) {
      var terms = query.toLowerCase().match(/[\p{L}\p{N}_]+/gu) || [];
      list.textContent = "";
      if (!terms.length) { state.textContent = index.pages.length + " pages can be searched."; return; }
      var sets = terms.map(function (term) { return pagesWith(index, term); });
      var hits = Array.from(sets[0]).filter(function (n) { return sets.every(function (set) { return set.has(n); }); });
      function rank(n) { return terms.filter(function (term) { return index.low[n].indexOf(term) >= 0; }).length; }
      hits.sort(function (a, b) { return rank(b) - rank(a) || a - b; });
      hits.slice(0, MOST).forEach(function (n) {
        var row = document.createElement("li"), kind = document.createElement("span"), link = document.createElement("a");
        kind.className = "kind";
        kind.textContent = index.kinds[index.pages[n][0]];
        link.href = index.pages[n][1];
        link.textContent = index.pages[n][2];
        row.append(kind, " ", link);
        list.append(row);
      });
      state.textContent = hits.length === 1 ? "1 page" : hits.length + " pages" + (hits.length > MOST ? ", the first " + MOST + " are shown" : "");
    }
  });
})();
