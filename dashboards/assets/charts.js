// Charts by keyboard: arrow keys read the points. The slider of periods, and print.
(function () {
  "use strict";

  function graph(figure) { return figure && figure.querySelector(".js-plotly-plot"); }

  function said(plot) {
    var meta = plot && plot.layout && plot.layout.meta;
    return (meta && meta.said) || [];
  }

  function announce(text) {
    var region = document.getElementById("announce");
    if (region) { region.textContent = text; }
  }

  function show(plot, text) {
    var found = null;
    plot.data.forEach(function (trace, curve) {
      var point = Array.isArray(trace.text) ? trace.text.indexOf(text) : -1;
      if (point >= 0) { found = { curveNumber: curve, pointNumber: point }; }
    });
    if (found) { window.Plotly.Fx.hover(plot, [found]); } else { window.Plotly.Fx.unhover(plot); }
  }

  function step(figure, plot, by) {
    var texts = said(plot);
    if (!texts.length) { return; }
    var at = figure.dataset.at === undefined ? (by > 0 ? -1 : texts.length) : Number(figure.dataset.at);
    at = Math.min(texts.length - 1, Math.max(0, at + by));
    figure.dataset.at = at;
    show(plot, texts[at]);
    announce(texts[at]);
  }

  document.addEventListener("keydown", function (event) {
    var figure = event.target.closest && event.target.closest("figure.chart");
    var plot = graph(figure);
    if (!plot || event.target !== figure) { return; }
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      event.preventDefault();
      step(figure, plot, event.key === "ArrowRight" ? 1 : -1);
    }
    if (event.key === "Escape") { window.Plotly.Fx.unhover(plot); }
  });

  // The slider of periods on the map.
  function slider(event) { return event.target.closest && event.target.closest(".time"); }
  document.addEventListener("input", function (event) {
    var time = slider(event);
    if (!time) { return; }
    var name = time.dataset.names.split("|")[Number(event.target.value)];
    time.querySelector(".time-now").textContent = name;
    event.target.setAttribute("aria-valuetext", name);
  });
  document.addEventListener("change", function (event) {
    var time = slider(event);
    if (!time) { return; }
    var query = new URLSearchParams(window.location.search);
    window.poclens.keepSubject(query);
    query.set("period", time.dataset.codes.split("|")[Number(event.target.value)]);
    window.poclens.go(window.location.pathname + "?" + query.toString(), true);
  });

  // Print: charts are drawn for the screen's width; the paper's is smaller.
  var PAPER = 660;
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("figure.chart").forEach(function (figure) {
      figure.style.zoom = Math.min(1, PAPER / Math.max(1, figure.offsetWidth));
    });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll("figure.chart").forEach(function (figure) { figure.style.zoom = ""; });
  });
})();
