// What pages do more of with a script: they say that there is news, and obey keys.
// Every page works without it.
"use strict";

(() => {
  const LOOK_SECONDS = 60;
  const KEYS_OFF = "keys-off";

  // --- news ------------------------------------------------------------------

  // The newest decision that the page was made from, and the line that tells of a newer.
  const news = document.querySelector("[data-news]");

  async function look() {
    if (!news || document.hidden) return;
    try {
      const answer = await fetch("/news.json", { cache: "no-store" });
      if (!answer.ok) return;
      const { newest } = await answer.json();
      if (newest !== news.dataset.news) news.hidden = false;
    } catch {
      // The monitor may be stopped; the next look tells.
    }
  }

  if (news) {
    setInterval(look, LOOK_SECONDS * 1000);
    document.addEventListener("visibilitychange", look);
  }

  // --- keys ------------------------------------------------------------------

  const help = document.getElementById("keys");
  const choice = help && help.querySelector("input[type=checkbox]");
  const isOff = () => localStorage.getItem(KEYS_OFF) === "yes";

  if (choice) {
    choice.checked = !isOff();
    choice.addEventListener("change", () => {
      localStorage.setItem(KEYS_OFF, choice.checked ? "no" : "yes");
    });
  }
  for (const opener of document.querySelectorAll("[data-opens-keys]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => help.showModal());
  }

  function step(by) {
    const stops = [...document.querySelectorAll("main h3 a, main .results a.story")];
    if (!stops.length) return;
    const at = stops.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : stops.length - 1) : at + by;
    const stop = stops[Math.min(Math.max(next, 0), stops.length - 1)];
    stop.focus();
    stop.scrollIntoView({ block: "center" });
  }

  function go(selector) {
    const link = document.querySelector(selector);
    if (link) location.assign(link.href);
  }

  const acts = {
    "/": () => document.getElementById("q")?.focus(),
    j: () => step(1),
    k: () => step(-1),
    t: () => go(".brand"),
    n: () => go("a[rel=next]"),
    p: () => go("a[rel=prev]"),
    l: () => go(".languages a:not([aria-current])"),
    "?": () => help?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
    if (help?.open || (isOff() && event.key !== "?")) return;
    const act = Object.hasOwn(acts, event.key) && acts[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
})();
