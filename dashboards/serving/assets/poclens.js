// What the browser does itself: addresses without reload, menu, print, focus, single keys.
window.dash_clientside = window.dash_clientside || {};
(function () {
  "use strict";

  var root = document.documentElement;
  window.poclens = window.poclens || {};

  function go(href, stays) {
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    if (!stays) { window.scrollTo(0, 0); }
  }
  window.poclens.go = go;

  // Another period must not change what the page is about: indicator and level go along.
  window.poclens.keepSubject = function (query) {
    var subject = document.querySelector("[data-subject]");
    if (!subject) { return; }
    new URLSearchParams(subject.dataset.subject).forEach(function (value, key) { query.set(key, value); });
  };

  // What a reader chose for this browser; without storage everything is as on a first visit.
  function remembered(key) {
    try { return window.localStorage.getItem("poclens." + key); } catch (error) { return null; }
  }
  function remember(key, value) {
    try { window.localStorage.setItem("poclens." + key, value); } catch (error) { return; }
  }
  if (!remembered("understood")) { root.classList.add("is-first-visit"); }

  // The first response holds the answer: it stays until the page itself stands.
  var first = document.querySelector("main.first-words");
  if (first) {
    var kept = document.createElement("div");
    kept.id = "first-words";
    kept.appendChild(first.cloneNode(true));
    document.body.appendChild(kept);
  }

  // The page of an address. Of two that were asked for the later one counts; a wait is shown late.
  var latest = 0;
  function fetchScreen(path, query, lost) {
    var mine = latest += 1, failure = "no answer", nothing = window.dash_clientside.no_update;
    var waiting = window.setTimeout(function () { root.classList.add("is-waiting"); }, 300);
    function done(found) {
      window.clearTimeout(waiting);
      if (mine !== latest) { return [nothing, nothing]; }
      root.classList.remove("is-waiting");
      return found;
    }
    return fetch("/screen" + (path || "/") + "?" + query.toString())
      .then(function (response) {
        failure = "HTTP " + response.status;
        if (response.status === 401) { window.location.reload(); }
        return response.json();
      })
      .then(function (page) { return done([page.screen, page.facts]); })
      .catch(function () { return done(lostScreen(path, query, lost, failure)); });
  }

  function part(type, children, more) {
    return { namespace: "dash_html_components", type: type,
             props: Object.assign({ children: children }, more) };
  }

  // Nothing of the page before stays: figures of another address must not look like the answer.
  function lostScreen(path, query, lost, failure) {
    var language = query.get("lang") === "fr" ? "fr" : "en", words = lost[language];
    var reference = failure + ", " + new Date().toISOString().slice(0, 19) + "Z";
    var screen = part("Main", [
      part("H1", words.title, { id: "page-title", tabIndex: -1 }),
      part("P", words.lead),
      part("P", words.reference + " " + reference, { className: "note" }),
      part("Button", words.again, { className: "button", "data-action": "again" })
    ], { className: "first-words", role: "alert" });
    return [screen, { title: words.title, lang: language, theme: query.get("theme") || "light",
                      path: path, said: words.title + " " + words.lead, picked: {} }];
  }

  // Loads anew once the server is there: the browser's own page of errors says less.
  function tryAgain() {
    fetch("/health").then(function (response) { if (response.ok) { window.location.reload(); } })
      .catch(function () { return; });
  }

  // The same control on the page that follows: by its picker, its name or its words.
  var left = null;
  function placeOf(element) {
    if (!element || element === document.body || !element.closest("#screen")) { return null; }
    var picker = element.closest(".picker");
    if (picker) { return { look: "." + Array.from(picker.classList).filter(function (name) { return /^picker-/.test(name); })[0] + " input", text: null }; }
    return { look: element.tagName, text: element.getAttribute("aria-label") || element.textContent };
  }
  // Period, area and what the page now says of them, once: its name is the same as before.
  function announcePlace() {
    var chosen = Array.from(document.querySelectorAll(".picker-period input, .picker-area input"));
    var said = chosen.map(function (input) { return input.value; }).filter(Boolean).join(", ");
    var title = document.getElementById("page-title");
    document.getElementById("announce").textContent = said + (title ? ". " + title.textContent : "");
  }

  function restoreFocus(place) {
    var here = document.activeElement;
    if (!place || (here && here !== document.body && here.isConnected)) { return; }
    var same = Array.from(document.querySelectorAll("#screen " + place.look)).filter(function (found) {
      return place.text === null || (found.getAttribute("aria-label") || found.textContent) === place.text;
    });
    if (same.length) { same[0].focus({ preventScroll: true }); }
  }

  window.dash_clientside.poclens = {
    asked: function (path, search, lost) {
      left = placeOf(document.activeElement);
      if (window.poclens.restoreTables) { window.poclens.restoreTables(); }
      var query = new URLSearchParams(search || "");
      if (!query.get("theme") && window.matchMedia("(prefers-color-scheme: dark)").matches) {
        query.set("theme", "dark");
      }
      return fetchScreen(path, query, lost);
    },

    arrived: function (facts) {
      var waiting = document.getElementById("first-words");
      if (waiting) { waiting.remove(); }
      var opened = root.dataset.path === undefined, moved = !opened && root.dataset.path !== facts.path;
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
      } else {
        window.setTimeout(function () {
          restoreFocus(left);
          if (!opened) { announcePlace(); }
          document.dispatchEvent(new CustomEvent("poclens:arrived"));
        }, 60);
      }
      return [moved ? facts.said : window.dash_clientside.no_update, facts.theme];
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
      if (!changed.some(function (pair) { return pair[0] === "mission"; })) { window.poclens.keepSubject(query); }
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
    var link = event.target.closest(".go[href]");
    if (link && !event.defaultPrevented && event.button === 0 &&
        !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      // A choice on the page leaves the reader where the choice is.
      var isHere = link.pathname === window.location.pathname;
      go(link.getAttribute("href"), isHere && !("top" in link.dataset));
      return;
    }
    var button = event.target.closest("[data-action]");
    if (!button) { return; }
    if (button.dataset.action === "print") { window.print(); }
    if (button.dataset.action === "again") { tryAgain(); }
    if (button.dataset.action === "understood") {
      remember("understood", "yes");
      root.classList.remove("is-first-visit");
    }
    if (button.dataset.action === "keys") { openKeys(); }
    if (button.dataset.action === "keys-close") { button.closest("dialog").close(); }
    if (button.dataset.action === "keys-off") {
      remember("keys", remembered("keys") === "off" ? "on" : "off");
      button.setAttribute("aria-pressed", String(remembered("keys") === "off"));
    }
    if (button.dataset.action === "copy") { copy(button); }
    if (button.dataset.action === "menu") {
      var open = root.classList.toggle("menu-open");
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

  // The clipboard is closed to pages that are not served over HTTPS or from this machine itself.
  function copy(button) {
    var text = button.dataset.text || window.location.origin + button.dataset.copy;
    var field = document.createElement("textarea");
    field.value = text;
    document.body.appendChild(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
    button.textContent = button.dataset.copied;
    document.getElementById("announce").textContent = button.dataset.copied;
  }

  function openKeys() {
    var dialog = document.getElementById("keys");
    if (!dialog || dialog.open) { return; }
    dialog.querySelector("[data-action=keys-off]")
      .setAttribute("aria-pressed", String(remembered("keys") === "off"));
    dialog.showModal();
  }

  var SINGLE_KEYS = {
    "/": function () { var field = document.querySelector("form.search input"); if (field) { field.focus(); return true; } return false; },
    "t": function () { var other = document.querySelector(".chart-or-table a:not([aria-current])"); if (other) { other.click(); return true; } return false; },
    "?": function () { openKeys(); return true; }
  };

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { root.classList.remove("menu-open"); }
    var isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    var isAlone = !event.ctrlKey && !event.metaKey && !event.altKey;
    var act = SINGLE_KEYS[event.key];
    if (act && isAlone && !isTyping && remembered("keys") !== "off" && act()) { event.preventDefault(); }
  });
})();
