// Charts by keyboard and mouse: arrow keys read the points, a click on the map chooses an area.
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

  function outline(plot, area) {
    plot.data.forEach(function (trace, curve) {
      if (trace.meta && trace.hoveron === "fills") {
        if (trace.thin === undefined) { trace.thin = trace.line.width; }
        var width = trace.meta === area ? 4 : trace.thin;
        if (trace.line.width !== width) { window.Plotly.restyle(plot, { "line.width": width }, [curve]); }
      }
    });
  }

  function step(figure, plot, by) {
    var texts = said(plot);
    if (!texts.length) { return; }
    var at = figure.dataset.at === undefined ? (by > 0 ? -1 : texts.length) : Number(figure.dataset.at);
    at = Math.min(texts.length - 1, Math.max(0, at + by));
    figure.dataset.at = at;
    var areas = plot.layout.meta.areas;
    if (areas) { outline(plot, areas[at]); } else { show(plot, texts[at]); }
    announce(texts[at]);
  }

  function choose(area) {
    var query = new URLSearchParams(window.location.search);
    if (query.get("area") === area) { query.delete("area"); } else { query.set("area", area); }
    window.poclens.go(window.location.pathname + "?" + query.toString());
  }

  document.addEventListener("keydown", function (event) {
    var figure = event.target.closest && event.target.closest("figure.chart");
    var plot = graph(figure);
    if (!plot || event.target !== figure) { return; }
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      event.preventDefault();
      step(figure, plot, event.key === "ArrowRight" ? 1 : -1);
    }
    var areas = plot.layout.meta && plot.layout.meta.areas;
    if (event.key === "Enter" && areas && figure.dataset.at !== undefined) {
      choose(areas[Number(figure.dataset.at)]);
    }
    if (event.key === "Escape" && !areas) { window.Plotly.Fx.unhover(plot); }
  });

  // Inside by the even-odd rule; rings are apart by null.
  function holds(xs, ys, x, y) {
    var inside = false, start = 0;
    for (var end = 0; end <= xs.length; end += 1) {
      if (end < xs.length && xs[end] !== null) { continue; }
      for (var i = start, j = end - 1; i < end; j = i, i += 1) {
        if ((ys[i] > y) !== (ys[j] > y) &&
            x < (xs[j] - xs[i]) * (y - ys[i]) / (ys[j] - ys[i]) + xs[i]) { inside = !inside; }
      }
      start = end + 1;
    }
    return inside;
  }

  function areaAt(plot, event) {
    var layout = plot._fullLayout, box = plot.getBoundingClientRect();
    var x = layout.xaxis.p2d(event.clientX - box.left - layout.xaxis._offset);
    var y = layout.yaxis.p2d(event.clientY - box.top - layout.yaxis._offset);
    var found = plot.data.filter(function (trace) {
      return trace.meta && trace.hoveron === "fills" && holds(trace.x, trace.y, x, y);
    });
    return found.length ? found[found.length - 1].meta : null;
  }

  // Plotly lays a cover over the page while a button is down: the figure is known from the press.
  var pressed = null;
  document.addEventListener("pointerdown", function (event) {
    var figure = event.target.closest && event.target.closest("figure.chart");
    var plot = event.button === 0 ? graph(figure) : null;
    pressed = plot && { plot: plot, x: event.clientX, y: event.clientY };
  }, true);
  document.addEventListener("pointerup", function (event) {
    var began = pressed;
    pressed = null;
    if (!began || !(began.plot.layout.meta || {}).areas) { return; }
    if (Math.abs(event.clientX - began.x) + Math.abs(event.clientY - began.y) > 6) { return; }
    var area = areaAt(began.plot, event);
    if (area) { choose(area); }
  }, true);

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
