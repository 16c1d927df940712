// The pages work without this file. It only makes them quicker to use.
(() => {
  "use strict";
  const root = document.documentElement;

  // Runs before the first paint, so that the chosen theme does not flash.
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const chosen = stored();
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  root.classList.add("js");

  const on = (type, act, capture) => document.addEventListener(type, act, capture);

  const isDark = () => root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;

  const switchTheme = () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* private window */ }
  };

  const copy = async (button) => {
    const words = button.querySelector("span") || button;
    const before = words.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      words.textContent = "Copied";
    } catch {
      // Without https there is no clipboard: select the text instead.
      const block = button.closest(".code")?.querySelector("code");
      if (block) getSelection().selectAllChildren(block);
      words.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { words.textContent = before; }, 2000);
  };

  const insert = (button) => {
    const field = document.getElementById(button.dataset.into);
    if (!field) return;
    const end = field.selectionEnd ?? field.value.length;
    field.setRangeText(button.dataset.insert, field.selectionStart ?? end, end, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // Puts a person where their name was typed. The place is an item of its own,
  // the last one that reads so; the server does the same without script.
  const choose = (button) => {
    const field = document.getElementById(button.dataset.into);
    if (!field) return false;
    const typed = button.dataset.typed.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const places = [...field.value.matchAll(new RegExp(`(^|[\\n,;\\t|]) *(${typed})(?= *($|[\\n,;\\t|]))`, "g"))];
    const place = places.at(-1);
    if (!place) return false;
    const end = place.index + place[0].length;
    const last = !field.value.slice(end).trim();
    field.setRangeText(button.dataset.chosen + (last ? "\n" : ""), end - place[2].length, last ? field.value.length : end, "end");
    if (last) field.setSelectionRange(field.value.length, field.value.length);
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  };

  on("click", (e) => {
    const button = e.target.closest?.("button");
    if (!button) return;
    if (button.matches("[data-chosen]") && choose(button)) { e.preventDefault(); return; }
    if (button.matches("[data-theme-switch]")) switchTheme();
    else if (button.matches("[data-copy]")) copy(button);
    else if (button.matches("[data-insert]")) insert(button);
  });

  // A file that is too large is told so before it is sent. Its message stands
  // where the server's would, and goes with the next choice.
  on("change", (e) => {
    const field = e.target;
    if (!field.matches?.("[data-max-bytes]")) return;
    const large = [...field.files].some((f) => f.size > Number(field.dataset.maxBytes));
    field.parentElement.querySelector("[data-told]")?.remove();
    field.toggleAttribute("aria-invalid", large);
    field.form.querySelectorAll("button:not([type=button])").forEach((b) => { b.disabled = large; });
    if (!large) return;
    const told = document.createElement("p");
    told.className = "error";
    told.dataset.told = "";
    told.setAttribute("role", "alert");
    told.textContent = field.dataset.tooLarge;
    field.before(told);
  });

  // A double click must not send twice. The button is disabled only after the
  // browser has read its name and value, and comes back with the Back button.
  on("submit", (e) => {
    const form = e.target;
    if (!form.matches("[data-once]") || e.defaultPrevented || e.submitter?.getAttribute("formmethod") === "get") return;
    if (form.dataset.submitted) { e.preventDefault(); return; }
    form.dataset.submitted = "1";
    setTimeout(() => form.querySelectorAll("button:not([type=button])").forEach((b) => {
      if (!b.disabled) { b.disabled = true; b.dataset.wasOn = ""; }
    }));
  });
  const release = () => {
    document.querySelectorAll("form[data-submitted]").forEach((f) => { delete f.dataset.submitted; });
    document.querySelectorAll("button[data-was-on]").forEach((b) => { b.disabled = false; delete b.dataset.wasOn; });
  };
  addEventListener("pageshow", release);
  // A form whose answer did not come stands as it was: it can be tried again.
  on("htmx:response:error", (e) => { if (e.target.dataset?.submitted) release(); });
  on("htmx:error", (e) => { if (e.target.dataset?.submitted) release(); });

  // Signed in again, in another tab: the page gets its answers once more.
  on("htmx:after:request", (e) => {
    if (e.detail.ctx?.response?.status < 400) document.getElementById("signed-out")?.replaceChildren();
  });

  // A menu closes when somebody clicks elsewhere.
  on("click", (e) => document.querySelectorAll("details.menu-more[open]").forEach((m) => { m.open = m.contains(e.target); }));

  on("submit", (e) => { const menu = e.target.closest("details.menu-more"); if (menu) menu.open = false; });

  // What is asked for while the window is hidden has not been seen.
  on("htmx:config:request", (e) => { if (document.hidden) e.detail.ctx.request.headers["X-Hidden"] = "1"; });

  on("keydown", (e) => {
    if (e.key === "Escape") {
      const menu = document.querySelector("details.menu[open], details.menu-more[open]");
      if (menu) { menu.open = false; menu.firstElementChild.focus(); }
      return;
    }
    if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.target.closest("input, textarea, select, [contenteditable]")) return;
    const search = document.querySelector("[data-search]");
    if (search) { e.preventDefault(); search.focus(); search.select(); }
  });
})();
