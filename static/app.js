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

  // A reply answers what stood there when its first letter was written. What
  // comes later is asked about before it is sent.
  on("input", (e) => {
    const field = e.target;
    if (!field.matches?.("[data-reply]")) return;
    if (!field.value) { delete field.dataset.began; field.defaultValue = ""; return; }
    if (field.dataset.began || field.defaultValue.trim()) return;
    field.dataset.began = "1";
    const talk = document.querySelector("[data-seen-inbound]");
    if (!talk) return;
    field.form.elements.seen_inbound.value = talk.dataset.seenInbound;
    field.form.elements.seen_batch.value = talk.dataset.seenBatch;
  });

  // What is typed into a reply or a note is kept by the desk while it is typed.
  // Until the desk has it, this tab has it: through a reload, a lost connection, a
  // session that ended. What was sent is told by its form and turn, and not kept.
  const tab = {
    get: (key) => { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } },
    put: (key, what) => { try { sessionStorage.setItem(key, JSON.stringify(what)); } catch { /* private window */ } },
    drop: (key) => { try { sessionStorage.removeItem(key); } catch { /* private window */ } },
    keys: () => { try { return Object.keys(sessionStorage).filter((k) => k.startsWith("draft:")); } catch { return []; } },
  };
  const drafts = new WeakMap(); // by form: its words, what of them is to be kept, and when
  const keyOf = (form) => (form.elements.note_key || form.elements.key).value;
  const wordsOf = (form) => JSON.stringify([...new FormData(form)].filter(([name]) => /^(body|note|template|fill-.*)$/.test(name)));
  const tell = (form, what) => {
    const line = document.getElementById("kept");
    if (line) line.textContent = what ? line.dataset[what] : "";
  };
  const keep = async (form) => {
    const draft = drafts.get(form), turn = form.elements.turn.value;
    clearTimeout(draft.timer);
    let status = 0;
    try { status = (await fetch(form.dataset.keep, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true })).status; } catch { /* not connected */ }
    if (turn !== form.elements.turn.value || !form.isConnected) return; // there is more by now
    if (status === 204) { draft.kept = true; tab.drop(form.dataset.keepAs); }
    else if (!form.dataset.submitted && status !== 404 && status !== 422) draft.timer = setTimeout(keep, 5000, form);
    tell(form, status === 204 ? "saved" : "failed");
  };
  const typed = (form) => {
    const draft = drafts.get(form), field = form.querySelector("textarea");
    const words = wordsOf(form);
    if (words === draft.words) return;
    Object.assign(draft, { words, kept: false, here: true, had: false });
    form.elements.turn.value = Number(form.elements.turn.value) + 1;
    if (field) tab.put(form.dataset.keepAs, { to: form.dataset.keep, all: String(new URLSearchParams(new FormData(form))), key: keyOf(form), turn: Number(form.elements.turn.value), text: field.value });
    tell(form, "");
    clearTimeout(draft.timer);
    draft.timer = setTimeout(keep, 400, form);
  };
  const write = (field, text) => {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  // A form that has just come: what this tab has and the desk has not is put back.
  const begin = (form) => {
    const draft = { words: wordsOf(form), kept: true, here: form.elements.turn.value !== "0" };
    drafts.set(form, draft);
    const field = form.querySelector("textarea"), had = tab.get(form.dataset.keepAs);
    if (!field || !had) return;
    const there = had.key === form.dataset.has && had.turn <= Number(form.dataset.hasTurn);
    if (there || had.text === field.value) tab.drop(form.dataset.keepAs);
    else {
      write(field, had.text);
      const note = document.getElementById("mode-note");
      if (note && field.name === "note" && !document.querySelector("[data-reply]")?.value) note.checked = true;
    }
  };
  // What was typed at another computer appears where nothing was typed here, or
  // where what was typed here is known to be older: the desk has had it.
  const takeOver = (form) => {
    const draft = drafts.get(form), field = form.querySelector("textarea");
    const is = document.querySelector(`[data-kept="${form.dataset.keepKind}"]`);
    if (!is || !field) return;
    if (is.dataset.key === keyOf(form)) { draft.had = is.dataset.turn === form.elements.turn.value; return; }
    if (draft.here && !draft.had || is.dataset.body === field.value) return;
    if (field.value && field === document.activeElement && document.hasFocus()) return;
    if (form.elements.seen_inbound && is.dataset.body) {
      form.elements.seen_inbound.value = is.dataset.seenIn;
      form.elements.seen_batch.value = is.dataset.seenOut;
    }
    field.defaultValue = is.dataset.body;
    field.value = is.dataset.body;
    draft.words = wordsOf(form);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const look = () => document.querySelectorAll("form[data-keep]").forEach((form) => {
    if (!drafts.has(form)) begin(form);
    else typed(form); // a saved reply was inserted
    takeOver(form);
  });
  const hurry = () => document.querySelectorAll("form[data-keep]").forEach((form) => {
    const draft = drafts.get(form);
    if (draft && !draft.kept && !form.dataset.submitted) navigator.sendBeacon(form.dataset.keep, new URLSearchParams(new FormData(form)));
  });
  on("input", (e) => { const form = e.target.form; if (drafts.has(form)) typed(form); });
  on("change", (e) => { const form = e.target.form; if (drafts.has(form) && !drafts.get(form).kept) keep(form); });
  on("submit", (e) => { if (drafts.has(e.target)) clearTimeout(drafts.get(e.target).timer); });
  on("visibilitychange", () => { if (document.hidden) hurry(); });
  addEventListener("pagehide", hurry);
  on("htmx:after:swap", look);
  on("DOMContentLoaded", () => {
    look();
    // Of conversations that were left before the desk had it.
    const me = document.querySelector("form[data-keep]")?.dataset.keepAs.split(":")[1];
    for (const key of tab.keys()) {
      const had = tab.get(key);
      if (!had || key.split(":")[1] !== me || document.querySelector(`form[data-keep-as="${key}"]`)) continue;
      fetch(had.to, { method: "POST", body: new URLSearchParams(had.all) }).then((r) => { if (r.status === 204 || r.status === 404) tab.drop(key); }).catch(() => {});
    }
  });

  // The number of what is new stands in the tab, too.
  on("htmx:after:swap", () => {
    if (!document.getElementById("inbox-live")) return;
    const n = document.querySelector("#nav-inbox .nav-badge")?.firstChild?.textContent.trim();
    document.title = (n ? `(${n}) ` : "") + document.title.replace(/^\(\d+\+?\) /, "");
  });

  // The arrow keys go through a list of conversations.
  on("keydown", (e) => {
    if (e.ctrlKey || e.metaKey) {
      if (e.key === "Enter" && e.target.matches("[data-reply]")) e.target.form.requestSubmit(e.target.form.querySelector("[name=do][value=send]"));
      return;
    }
    if (e.key !== "ArrowDown" && e.key !== "ArrowUp") return;
    const list = e.target.closest("#inbox-list");
    if (!list) return;
    const rows = [...list.querySelectorAll("[data-conv]")], at = rows.indexOf(e.target);
    const next = at < 0 ? rows.find((r) => r.ariaCurrent) || rows[0] : rows[at + (e.key === "ArrowDown" ? 1 : -1)];
    if (next) { e.preventDefault(); next.focus(); }
  });

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
