// What the pages do beyond htmx and plain forms: single keys. Without it every page works by links and buttons.
"use strict";
document.documentElement.classList.add("script");

(() => {
  const help = document.getElementById("help");
  const decide = document.querySelector("[data-decide]");
  let here = null; // the id of the row that j and k moved to: rows are replaced while the page is open

  const keysOn = () => { try { return localStorage.getItem("keys") !== "off"; } catch { return true; } };
  const rows = () => [...document.querySelectorAll("[data-row]")];

  function mark(row, focus) {
    rows().forEach((each) => each.classList.toggle("here", each === row));
    here = row ? row.id : null;
    if (row && focus) row.querySelector("[data-open]").focus();
  }

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.id === here);
    mark(all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))], true);
  }

  document.querySelectorAll("[data-help]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => help.showModal());
  });
  document.querySelectorAll("[data-keys]").forEach((box) => {
    box.checked = keysOn();
    box.addEventListener("change", () => { try { localStorage.setItem("keys", box.checked ? "on" : "off"); } catch { /* none kept */ } });
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick]")) document.getElementById("customer_number").value = event.target.value;
  });
  document.addEventListener("input", (event) => {
    const none = document.querySelector("[data-pick-none]");
    if (event.target.id === "customer_number" && none) none.checked = true;
  });

  // A page that is open is brought up to date, but never under somebody's hands.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "rows" && document.querySelector("#rows input:checked")) event.preventDefault();
  });
  document.addEventListener("htmx:afterSettle", () => {
    const row = here && document.getElementById(here);
    if (row) mark(row, document.activeElement === document.body);
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
    if (decide && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      decide.requestSubmit(decide.querySelector("button.main"));
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !keysOn() || (help && help.open)) return;
    if (event.key === "?" && help) { event.preventDefault(); help.showModal(); return; }
    if (decide) {
      const chosen = decide.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      const back = document.querySelector("[data-back]");
      if (chosen) {
        event.preventDefault();
        chosen.checked = true;
        chosen.focus();
        chosen.dispatchEvent(new Event("change", { bubbles: true }));
      } else if (event.key === "Enter" && !event.target.closest("a, button, summary")) {
        event.preventDefault();
        decide.requestSubmit(decide.querySelector("button.main"));
      } else if (event.key === "u" && back) {
        back.click();
      }
      return;
    }
    const search = document.getElementById("q");
    if (event.key === "/" && search) { event.preventDefault(); search.focus(); search.select(); }
    else if (event.key === "j") { event.preventDefault(); move(1); }
    else if (event.key === "k") { event.preventDefault(); move(-1); }
    else if (event.key === "x" && here) {
      const box = document.getElementById(here).querySelector("input[type=checkbox]");
      if (box) box.checked = !box.checked;
    }
  });
})();
