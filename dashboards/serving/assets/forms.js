// What is being written is kept in this browser until it is saved: the line may be lost meanwhile.
(function () {
  "use strict";

  var PREFIX = "poclens.draft.", POLL_MS = 2000;
  function storage(act) { try { return act(window.localStorage); } catch (error) { return null; } }

  function fields(form) {
    return Array.from(form.elements).filter(function (field) {
      return field.name && !/^(hidden|submit|file)$/.test(field.type);
    });
  }
  function read(form) {
    return fields(form).map(function (field) {
      var isChoice = field.type === "radio" || field.type === "checkbox";
      return isChoice ? field.checked : field.value;
    });
  }
  function fill(form, values) {
    fields(form).forEach(function (field, number) {
      if (field.type === "radio" || field.type === "checkbox") { field.checked = values[number]; }
      else { field.value = values[number]; }
    });
  }

  // Restored text is on the ground of the version that its writer saw, not of a later one.
  function keepDraft(form) {
    // A row that is captured rests on no version.
    var key = PREFIX + form.dataset.draft, ground = form.elements.based_on || {}, asServed = JSON.stringify(read(form));
    function keep() {
      storage(function (kept) { kept.setItem(key, JSON.stringify({ on: ground.value, values: read(form) })); });
    }
    var found = storage(function (kept) { return JSON.parse(kept.getItem(key) || "null"); });
    if (found && !form.hasAttribute("data-posted") && found.values.length === read(form).length &&
        JSON.stringify(found.values) !== asServed) {
      fill(form, found.values);
      ground.value = found.on;
      form.querySelector("[data-kept]").hidden = false;
      form.querySelectorAll("details").forEach(function (folded) { folded.open = true; });
    }
    if (form.hasAttribute("data-posted")) { keep(); }
    form.addEventListener("input", keep);
    form.querySelector("[data-forget]").addEventListener("click", function () {
      storage(function (kept) { kept.removeItem(key); });
      window.location.reload();
    });
  }

  // A process that runs is looked at until it has ended; then the whole page is as of its end.
  function look(shown) {
    fetch(window.location.href, { credentials: "same-origin" }).then(function (answer) { return answer.text(); }).then(function (text) {
      var fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[aria-labelledby=runs]");
      if (!fresh || !fresh.hasAttribute("data-poll")) { window.location.reload(); return; }
      if (fresh.innerHTML !== shown.innerHTML) { shown.innerHTML = fresh.innerHTML; }
      window.setTimeout(look, POLL_MS, shown);
    }).catch(function () { window.setTimeout(look, 3 * POLL_MS, shown); });
  }

  function start() {
    var saved = document.querySelector("[data-saved]");
    if (saved) {
      var own = PREFIX + saved.dataset.saved;  // with "#": what else was typed about the same record
      storage(function (kept) {
        Object.keys(kept).filter(function (key) { return key === own || key.indexOf(own + "#") === 0; })
          .forEach(function (key) { kept.removeItem(key); });
      });
      // Loading this page again later is no saving.
      var here = new URL(window.location.href);
      here.searchParams.delete("saved");
      here.searchParams.delete("typed");
      here.searchParams.delete("made");
      window.history.replaceState({}, "", here);
    }
    Array.from(document.querySelectorAll("form[data-draft]")).forEach(keepDraft);
    var lasting = document.querySelector("[data-poll]");
    if (lasting) { window.setTimeout(look, POLL_MS, lasting); }
    var leaves = document.querySelector("form[data-leaves]");
    if (leaves) {
      leaves.addEventListener("submit", function () {
        storage(function (kept) {
          Object.keys(kept).filter(function (key) { return key.indexOf(PREFIX) === 0; })
            .forEach(function (key) { kept.removeItem(key); });
        });
      });
    }
  }

  // The pages of figures load this file too: they hold no such form.
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
})();
