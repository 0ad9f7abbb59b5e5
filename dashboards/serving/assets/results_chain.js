// Arrow keys go from link to link of the results chain, Enter opens its panel, Esc returns.
(function () {
  "use strict";
  var opening = false;

  function tag() { return document.querySelector(".chain-tag[aria-current]"); }

  document.addEventListener("keydown", function (event) {
    var here = document.activeElement;
    if (event.key === "Escape" && here.closest("#chain-panel") && tag()) {
      tag().focus();
      return;
    }
    var own = here.closest(".chain-tag");
    if (!own) { return; }
    if (event.key === "Enter") {
      opening = true;
      if (own.hasAttribute("aria-current")) { enter(); }
      return;
    }
    var step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) { return; }
    var tags = Array.from(document.querySelectorAll(".chain-tag"));
    event.preventDefault();
    tags[(tags.indexOf(own) + step + tags.length) % tags.length].focus();
  });

  function enter() {
    var panel = document.getElementById("chain-panel");
    if (panel) { opening = false; panel.focus({ preventScroll: false }); }
  }

  document.addEventListener("poclens:arrived", function () { if (opening) { enter(); } });
})();
