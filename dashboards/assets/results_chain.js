// Arrow keys go from link to link of the results chain; after a choice the focus comes back to it.
(function () {
  "use strict";
  var chosen = false;

  document.addEventListener("keydown", function (event) {
    var tag = document.activeElement.closest(".chain-tag");
    if (!tag) { return; }
    if (event.key === "Enter") { chosen = true; return; }
    var step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) { return; }
    var tags = Array.from(document.querySelectorAll(".chain-tag"));
    event.preventDefault();
    tags[(tags.indexOf(tag) + step + tags.length) % tags.length].focus();
  });

  new MutationObserver(function () {
    var tag = chosen && document.querySelector(".chain-tag[aria-current]");
    if (tag && document.activeElement === document.body) { chosen = false; tag.focus(); }
  }).observe(document.body, { childList: true, subtree: true });
})();
