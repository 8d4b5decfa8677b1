/* What has to happen before a page is drawn. Material has these lines inline in its pages, which a content-security policy
   forbids, and uses the four functions with two underscores in its own script. */
(() => {
  "use strict";

  const DARK = matchMedia("(prefers-color-scheme: dark)");
  const site = new URL("..", document.currentScript.src);

  window.__md_scope = site;
  window.__md_hash = (text) => [...text].reduce((sum, letter) => (sum << 5) - sum + letter.charCodeAt(0), 0);
  window.__md_get = (name, store = localStorage, scope = site) => {
    try {
      return JSON.parse(store.getItem(`${scope.pathname}.${name}`));
    } catch {
      return null; // a browser that keeps nothing
    }
  };
  // Material would remember the colours of the first visit; here only what somebody chose is kept. It also tells the
  // browser which colour surrounds the page, for which the page has one for each colour of the system.
  let isChosen = false;
  const forgetSystem = () => document.querySelectorAll("meta[name='theme-color'][media]").forEach((one) => one.remove());
  const noteChoice = ({ target }) => {
    if (target.name !== "__palette") return;
    isChosen = true;
    forgetSystem();
  };
  document.addEventListener("change", noteChoice, true);
  window.__md_set = (name, value, store = localStorage, scope = site) => {
    try {
      if (isChosen) store.setItem(`${scope.pathname}.${name}`, JSON.stringify(value));
    } catch {
      // A browser that keeps nothing forgets the colours with the page.
    }
  };

  /* Dark or light as chosen, else as the system has it; Material would show the light page first. */
  const paint = (body) => {
    const { media = "", scheme } = window.__md_get("__palette")?.color ?? {};
    const bySystem = DARK.matches ? "slate" : "default";
    const isOwn = media.includes(":");
    body.dataset.mdColorScheme = isOwn ? scheme : bySystem;
    if (isOwn) forgetSystem();
  };

  new MutationObserver((_, observer) => {
    if (!document.body) return;
    observer.disconnect();
    paint(document.body);
  }).observe(document.documentElement, { childList: true });

  // An address may name a tab.
  document.addEventListener("DOMContentLoaded", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target?.name?.startsWith("__tabbed_")) target.checked = true;
  });
})();
