// The inbox works without this file, too. It keeps what somebody is typing.
(() => {
  "use strict";
  const on = (type, act) => document.addEventListener(type, act);

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
    let status = 0, at = 0;
    try {
      const answer = await fetch(form.dataset.keep, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true });
      [status, at] = [answer.status, Number(answer.headers.get("X-Saved-At"))];
    } catch { /* not connected */ }
    if (turn !== form.elements.turn.value || !form.isConnected) return; // there is more by now
    if (status === 204) { Object.assign(draft, { kept: true, at }); tab.drop(form.dataset.keepAs); }
    else if (!form.dataset.submitted && status !== 404 && status !== 422) draft.timer = setTimeout(keep, 5000, form);
    tell(form, status === 204 ? "saved" : "failed");
  };
  const typed = (form) => {
    const draft = drafts.get(form), field = form.querySelector("textarea");
    const words = wordsOf(form);
    if (words === draft.words) return;
    Object.assign(draft, { words, kept: false });
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
  const begin = (form, swapped) => {
    const field = form.querySelector("textarea"), had = tab.get(form.dataset.keepAs);
    if (swapped && field) field.value = field.defaultValue; // which may be the one of the form before
    const draft = { words: wordsOf(form), kept: true, at: Number(form.dataset.hasAt) };
    drafts.set(form, draft);
    if (!field || !had) return;
    const there = had.key === form.dataset.has && had.turn <= Number(form.dataset.hasTurn);
    if (there || had.text === field.value) tab.drop(form.dataset.keepAs);
    else {
      write(field, had.text);
      const note = document.getElementById("mode-note");
      if (note && field.name === "note" && !document.querySelector("[data-reply]")?.value) note.checked = true;
    }
  };
  // What was typed at another computer appears where what was typed here is older.
  const takeOver = (form) => {
    const draft = drafts.get(form), field = form.querySelector("textarea");
    const is = document.querySelector(`[data-kept="${form.dataset.keepKind}"]`);
    if (!is || !field || !draft.kept || is.dataset.key === keyOf(form) || Number(is.dataset.at) <= draft.at || is.dataset.body === field.value) return;
    if (field.value && field === document.activeElement && document.hasFocus()) return;
    if (form.elements.seen_inbound && is.dataset.body) {
      form.elements.seen_inbound.value = is.dataset.seenIn;
      form.elements.seen_batch.value = is.dataset.seenOut;
    }
    field.defaultValue = is.dataset.body;
    field.value = is.dataset.body;
    Object.assign(draft, { words: wordsOf(form), at: Number(is.dataset.at) });
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const look = (swapped) => document.querySelectorAll("form[data-keep]").forEach((form) => {
    if (drafts.has(form)) typed(form); // a saved reply was inserted
    else begin(form, swapped);
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
  on("htmx:after:swap", () => look(true));
  on("DOMContentLoaded", () => {
    look(false);
    // Of conversations that were left before the desk had it.
    const me = document.getElementById("inbox")?.dataset.me;
    for (const key of tab.keys()) {
      const had = tab.get(key);
      if (!had || key.split(":")[1] !== me || document.querySelector(`form[data-keep-as="${key}"]`)) continue;
      fetch(had.to, { method: "POST", body: new URLSearchParams(had.all) }).then((r) => { if (r.status === 204 || r.status === 404) tab.drop(key); }).catch(() => {});
    }
  });
})();
