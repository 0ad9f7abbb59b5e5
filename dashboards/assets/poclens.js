// What the browser does itself: addresses without reload, menu, print, focus, arrow keys.
window.dash_clientside = window.dash_clientside || {};
(function () {
  "use strict";

  function go(href) {
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  window.dash_clientside.poclens = {
    asked: function (path, search) {
      var dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
      return { path: path, search: search, dark: dark };
    },

    arrived: function (facts) {
      var root = document.documentElement;
      var moved = root.dataset.path !== undefined && root.dataset.path !== facts.path;
      root.lang = facts.lang;
      root.dataset.theme = facts.theme;
      root.dataset.path = facts.path;
      document.title = facts.title;
      root.classList.remove("menu-open");
      if (moved) {
        window.setTimeout(function () {
          var title = document.getElementById("page-title");
          if (title) { title.focus({ preventScroll: true }); }
        }, 60);
      }
      return [facts.said, facts.theme];
    },

    picked: function (values, ids, facts) {
      // Inserting the pickers calls this too: only a value that differs from the page's counts.
      var unchanged = window.dash_clientside.no_update;
      var now = (facts || {}).picked;
      if (!now) { return unchanged; }
      var changed = ids.map(function (id, number) { return [id.name, values[number]]; })
        .filter(function (pair) { return pair[1] && now[pair[0]] !== pair[1]; });
      if (!changed.length) { return unchanged; }
      var query = new URLSearchParams(window.location.search);
      changed.forEach(function (pair) {
        query.set(pair[0], pair[1]);
        if (pair[0] === "mission") {
          ["period", "area", "edge", "question", "level"].forEach(function (key) { query.delete(key); });
        }
      });
      return "?" + query.toString();
    }
  };

  document.addEventListener("click", function (event) {
    var link = event.target.closest("a.go");
    if (link && !event.defaultPrevented && event.button === 0 &&
        !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      go(link.getAttribute("href"));
      return;
    }
    var button = event.target.closest("[data-action]");
    if (!button) { return; }
    if (button.dataset.action === "print") { window.print(); }
    if (button.dataset.action === "menu") {
      var open = document.documentElement.classList.toggle("menu-open");
      button.setAttribute("aria-expanded", String(open));
    }
  });

  document.addEventListener("submit", function (event) {
    var form = event.target.closest("form.search");
    if (!form) { return; }
    event.preventDefault();
    var query = new URLSearchParams(window.location.search);
    query.set("q", form.querySelector("input").value);
    go(window.location.pathname + "?" + query.toString());
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { document.documentElement.classList.remove("menu-open"); }
    if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
      var search = document.querySelector("form.search input");
      if (search) { event.preventDefault(); search.focus(); }
    }
  });
})();
