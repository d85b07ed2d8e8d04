(function () {
  "use strict";
  var drawn = [];
  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }
  function percent(value) { return value == null ? "–" : (100 * value).toFixed(1) + " %"; }
  function day(seconds) { return new Date(1000 * seconds).toISOString().slice(0, 10); }

  function draw(place) {
    var data = JSON.parse(place.querySelector(".series").textContent);
    var output = place.querySelector("output"), canvas = place.querySelector(".canvas");
    canvas.textContent = "";
    function read(plot, index) {
      output.textContent = index == null ? "" : day(data.x[index]) + ": " + data.series.map(function (line) {
        return line.name + " " + percent(line.y[index]);
      }).join(", ");
    }
    function band(plot) {
      if (!data.band) return;
      var top = plot.valToPos(data.band[1], "y", true), low = plot.valToPos(data.band[0], "y", true);
      plot.ctx.fillStyle = colour("wash");
      plot.ctx.fillRect(plot.bbox.left, top, plot.bbox.width, low - top);
    }
    var grid = {stroke: colour("line"), width: 1};
    var font = "12px " + getComputedStyle(document.body).fontFamily;
    var plot = new uPlot({
      width: canvas.clientWidth, height: canvas.clientHeight, legend: {show: false},
      scales: {x: {time: true}, y: {range: [0, data.top]}},
      cursor: {y: false, drag: {x: false, y: false}, points: {size: 8}},
      tzDate: function (seconds) { return uPlot.tzDate(new Date(1000 * seconds), "UTC"); },
      axes: [
        {stroke: colour("soft"), font: font, grid: {show: false}, ticks: grid, size: 46},
        {stroke: colour("soft"), font: font, grid: grid, ticks: {show: false}, size: 52,
          values: function (u, ticks) { return ticks.map(function (tick) { return Math.round(100 * tick) + " %"; }); }}
      ],
      series: [{}].concat(data.series.map(function (line) {
        return {label: line.name, stroke: colour(line.colour), width: 2, dash: line.dash || undefined, spanGaps: true,
          points: {show: !!data.dots, size: 6, fill: colour(line.colour)}};
      })),
      hooks: {drawClear: [band], setCursor: [function (u) { read(u, u.cursor.idx); }]}
    }, [data.x].concat(data.series.map(function (line) { return line.y; })), canvas);
    drawn.push([place, plot]);
    place.onkeydown = function (event) {
      var step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
      if (!step || !data.x.length) return;
      event.preventDefault();
      var at = plot.cursor.idx == null ? (step > 0 ? 0 : data.x.length - 1) : plot.cursor.idx + step;
      at = Math.min(Math.max(at, 0), data.x.length - 1);
      plot.setCursor({left: plot.valToPos(data.x[at], "x"), top: 10});
    };
  }
  function all() {
    drawn.forEach(function (pair) { pair[1].destroy(); });
    drawn = [];
    document.querySelectorAll(".plot").forEach(draw);
  }
  document.addEventListener("DOMContentLoaded", function () {
    all();
    addEventListener("gitprov-theme", all);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
    new ResizeObserver(function () {
      drawn.forEach(function (pair) {
        var canvas = pair[0].querySelector(".canvas");
        if (canvas.clientWidth && canvas.clientWidth !== pair[1].width) pair[1].setSize({width: canvas.clientWidth, height: canvas.clientHeight});
      });
    }).observe(document.body);
  });
})();
