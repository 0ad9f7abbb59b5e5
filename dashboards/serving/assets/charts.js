// Charts by keyboard: arrow keys read the points. The slider of periods.
(function () {
  "use strict";

  function read(figure, by) {
    var points = Array.from(figure.querySelectorAll(".plot-point")), last = points.length - 1;
    var now = points.findIndex(function (point) { return point.matches(".is-read"); });
    var next = now < 0 ? (by > 0 ? 0 : last) : Math.min(last, Math.max(0, now + by));
    if (!points.length) { return; }
    leave(figure);
    points[next].classList.add("is-read");
    document.getElementById("announce").textContent = points[next].dataset.said;
  }

  function leave(figure) {
    figure.querySelectorAll(".is-read").forEach(function (point) { point.classList.remove("is-read"); });
  }

  document.addEventListener("keydown", function (event) {
    var figure = event.target.closest && event.target.closest("figure.chart");
    if (!figure || event.target !== figure) { return; }
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      event.preventDefault();
      read(figure, event.key === "ArrowRight" ? 1 : -1);
    }
    if (event.key === "Escape") { leave(figure); }
  });
  document.addEventListener("focusout", function (event) {
    if (event.target.matches && event.target.matches("figure.chart")) { leave(event.target); }
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
})();
