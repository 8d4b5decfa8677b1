/* The frame of a page: its colours, before it is drawn; the menu, and the contents list beside the text. Without script the
   colours are those of the system, and everything else works. Kept in the browser: the colours that somebody chose. */
(() => {
  "use strict";

  const KEY = "kb-colours";
  const NAMES = { "": "as the system has them", default: "light", slate: "dark" };
  const root = document.documentElement;

  const chosen = () => {
    try {
      return localStorage.getItem(KEY) || "";
    } catch {
      return ""; // a browser that keeps nothing
    }
  };
  const keep = (scheme) => {
    try {
      if (scheme) localStorage.setItem(KEY, scheme);
      else localStorage.removeItem(KEY);
    } catch {
      // The choice then lasts as long as the page.
    }
  };
  const paint = (scheme) => {
    if (scheme) root.dataset.mdColorScheme = scheme;
    else delete root.dataset.mdColorScheme;
    // What surrounds the page has its colours too: one for each that the system may have.
    for (const surround of document.querySelectorAll("meta[name='theme-color']")) {
      surround.dataset.system ??= surround.media;
      const isMeant = surround.dataset.system.includes(scheme === "slate" ? "dark" : "light");
      if (scheme) surround.media = isMeant ? "all" : "not all";
      else surround.media = surround.dataset.system;
    }
  };

  paint(chosen());

  document.addEventListener("DOMContentLoaded", () => {
    const colours = document.querySelector(".kb-colours");
    const schemes = Object.keys(NAMES);
    const name = () => {
      const text = `Colours: ${NAMES[root.dataset.mdColorScheme || ""]}. Change`;
      colours.setAttribute("aria-label", text);
      colours.title = text;
    };
    name();
    colours.hidden = false;
    colours.addEventListener("click", () => {
      const next = schemes[(schemes.indexOf(root.dataset.mdColorScheme || "") + 1) % schemes.length];
      paint(next);
      keep(next);
      name();
    });

    // The menu and the contents list are part of a wide page, and opened on a narrow one.
    const wide = matchMedia("(min-width: 76.25em)");
    const contents = document.getElementById("kb-contents");
    wide.addEventListener("change", () => {
      for (const part of document.querySelectorAll("[popover]:popover-open")) part.hidePopover();
    });
    contents?.addEventListener("click", (event) => {
      if (event.target.closest("a") && contents.matches(":popover-open")) contents.hidePopover();
    });

    // The page being read stands in sight among its neighbours.
    const menu = document.getElementById("kb-menu");
    const settle = () => {
      const current = menu.querySelector("[aria-current]");
      if (current) menu.scrollTop += current.getBoundingClientRect().top - menu.getBoundingClientRect().top - menu.clientHeight / 2;
    };
    if (wide.matches) settle(); // on a phone it would only make the page wait
    menu.addEventListener("toggle", settle);

    // Which section is being read.
    const links = new Map();
    for (const link of contents?.querySelectorAll("a") || []) {
      const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (heading) links.set(heading, link);
    }
    const observer = new IntersectionObserver(
      (entries) => {
        const headings = [...links.keys()];
        const passed = entries.filter((entry) => entry.isIntersecting).map(({ target }) => target);
        if (!passed.length) return;
        for (const [heading, link] of links) {
          if (heading === headings.find((one) => passed.includes(one))) link.setAttribute("aria-current", "location");
          else link.removeAttribute("aria-current");
        }
      },
      { rootMargin: "-90px 0px -70% 0px" },
    );
    for (const heading of links.keys()) observer.observe(heading);
  });
})();
