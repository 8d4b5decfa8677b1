/* The one script of the reading pages; without it they are complete, and every link is a plain link.

   Cards show the definition of a term, or the work behind a citation, beside its link. Mouse: on hover, and the pointer
   may enter the card. Keyboard: on focus; Tab leads to the links in it, Esc closes it and keeps the focus, Enter follows the
   link. Touch: the first tap opens a sheet at the foot of the screen, the second follows the link. There is one card,
   so there are never two at once. */
(() => {
  "use strict";

  const make = (tag, className, text = "") =>
    Object.assign(document.createElement(tag), { className, textContent: text });

  const card = make("span", "kb-card");
  const body = make("span", "kb-card-body");
  const go = make("a", "kb-card-go");
  go.tabIndex = -1; // Enter on the link itself does the same, and Tab is not made longer
  card.id = "kb-card";
  body.id = "kb-card-text";
  card.hidden = true;
  card.setAttribute("role", "group");
  if (card.showPopover) card.popover = "manual";
  card.append(body, go);

  let shown = null;
  let timer = 0;
  let isTouch = false;

  /* What a link leads to, as nodes for the card; null where it has none. */
  const contentOf = (link) => {
    if (link.matches(".kb-term")) {
      // The first link to a term carries its definition for all that lead to the same place.
      const first = [...document.querySelectorAll("a[data-definition]")].find(({ href }) => href === link.href);
      const title = make("strong", "kb-card-title", link.textContent);
      return first ? [title, document.createTextNode(first.dataset.definition)] : null;
    }
    const entry = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!entry) return null;
    const copy = entry.cloneNode(true);
    copy.querySelectorAll(".kb-back").forEach((part) => part.remove());
    copy.querySelectorAll("[id]").forEach((part) => part.removeAttribute("id"));
    return [...copy.childNodes];
  };

  const hide = () => {
    clearTimeout(timer);
    if (!shown) return;
    shown.removeAttribute("aria-describedby");
    shown = null;
    if (card.popover && card.matches(":popover-open")) card.hidePopover();
    card.hidden = true;
    card.remove();
  };

  const hideSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(hide, 250);
  };

  const show = (link, asSheet) => {
    clearTimeout(timer);
    if (shown === link) return;
    const content = contentOf(link);
    hide();
    if (!content) return;
    shown = link;
    const isTerm = link.matches(".kb-term");
    body.replaceChildren(...content);
    card.setAttribute("aria-label", isTerm ? "Definition" : "Reference");
    go.href = link.href;
    go.textContent = isTerm ? "Read more" : "Go to the references";
    card.classList.toggle("kb-sheet", asSheet);
    card.style.left = card.style.top = "";
    card.hidden = false;
    link.after(card);
    link.setAttribute("aria-describedby", body.id);
    if (card.popover) card.showPopover();
    if (!asSheet) place(link);
  };

  const place = (link) => {
    const line = link.getClientRects()[0];
    const box = card.getBoundingClientRect();
    const margin = 16;
    const left = Math.max(margin, Math.min(line.left, document.documentElement.clientWidth - box.width - margin));
    const isBelow = line.bottom + box.height + margin < window.innerHeight;
    const top = isBelow ? line.bottom + 4 : line.top - box.height - 4;
    // The place that the browser chose without ours tells what it counts from.
    card.style.left = card.style.top = "0px";
    const origin = card.getBoundingClientRect();
    card.style.left = `${left - origin.left}px`;
    card.style.top = `${top - origin.top}px`;
  };

  const linkOf = (node) =>
    node instanceof Element ? node.closest("a.kb-term, .kb-citation a[href^='#ref-']") : null;
  const isInCard = (node) => node instanceof Node && card.contains(node);

  document.addEventListener("pointerdown", (event) => {
    isTouch = event.pointerType === "touch";
  });
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const link = linkOf(event.target);
    if (link) show(link, false);
    else if (isInCard(event.target)) clearTimeout(timer);
  });
  document.addEventListener("pointerout", (event) => {
    if (event.pointerType !== "touch" && (linkOf(event.target) || isInCard(event.target))) hideSoon();
  });
  document.addEventListener("focusin", (event) => {
    const link = linkOf(event.target);
    if (link && link.matches(":focus-visible")) show(link, false);
  });
  document.addEventListener("focusout", (event) => {
    if (shown && !isInCard(event.relatedTarget) && event.relatedTarget !== shown && !isTouch) hideSoon();
  });
  document.addEventListener("keydown", (event) => {
    isTouch = false;
    if (event.key !== "Escape" || !shown) return;
    const link = shown;
    const wasWithin = isInCard(document.activeElement);
    hide();
    if (wasWithin) {
      link.focus();
      hide();
    }
    event.stopPropagation();
  });
  document.addEventListener("click", (event) => {
    const link = linkOf(event.target);
    if (link && isTouch && shown !== link) {
      event.preventDefault();
      show(link, true);
    } else if (!isInCard(event.target) || event.target === go) {
      hide();
    }
  });

  // Leaving a page about crisis or abuse: it is gone from the screen at once, and "back" does not lead to it.
  document.querySelector(".kb-exit")?.addEventListener("click", (event) => {
    event.preventDefault();
    document.body.hidden = true;
    location.replace(event.currentTarget.href);
  });

  // Copying how to cite the page.
  const citation = document.querySelector(".kb-cite");
  if (citation && navigator.clipboard) {
    const button = make("button", "kb-copy", "Copy the citation");
    const said = make("span", "kb-said");
    button.type = "button";
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      said.textContent = "";
      try {
        await navigator.clipboard.writeText(citation.textContent.trim());
        said.textContent = "Copied. ";
      } catch {
        said.textContent = "The browser does not allow copying. ";
      }
    });
    document.querySelector(".kb-cite-files")?.prepend(button, said);
  }

  // Tables that become cards on a narrow screen are tables still, also where a browser goes by how they look.
  const roles = { "thead, tbody": "rowgroup", tr: "row", "thead th": "columnheader", "tbody th": "rowheader", td: "cell" };
  for (const table of document.querySelectorAll(".kb-effect-table, .kb-map-table")) {
    table.setAttribute("role", "table");
    for (const [parts, role] of Object.entries(roles)) {
      for (const part of table.querySelectorAll(parts)) part.setAttribute("role", role);
    }
  }

  // A long list is laid out piece by piece, while nothing else is to be done: what is below the screen the browser skips
  // at first, and what it skips a screen reader does not have. First each entry is held empty: to end the skipping of
  // one makes the browser walk over all that is laid out.
  const PIECE = 3; // entries that are laid out in one go
  const skipped = [...document.querySelectorAll(".kb-long")];
  const held = [];

  const isSkipped = (entry) => !entry.firstElementChild.checkVisibility({ contentVisibilityAuto: true });
  const hold = (list) => {
    const waiting = [...list.children].filter(isSkipped);
    waiting.forEach((entry) => entry.classList.add("kb-held"));
    list.classList.add("kb-laid-out");
    held.push(...waiting);
  };
  const layOut = (entries) => entries.forEach((entry) => entry.classList.remove("kb-held"));
  const layOutAll = () => {
    layOut(held.splice(0));
    skipped.splice(0).forEach((list) => list.classList.add("kb-laid-out"));
  };

  const whenIdle = window.requestIdleCallback || setTimeout;
  const goOn = () => {
    if (skipped.length) hold(skipped.shift());
    else layOut(held.splice(0, PIECE));
    if (skipped.length || held.length) whenIdle(goOn);
  };
  addEventListener("load", () => whenIdle(goOn));

  // At once when a reader is led to an entry, comes back to where they were, or does something.
  const [visit] = performance.getEntriesByType("navigation");
  if (location.hash || visit?.type !== "navigate") layOutAll();
  for (const doing of ["pointerdown", "keydown", "wheel", "scroll", "focusin", "hashchange"]) {
    addEventListener(doing, layOutAll, { once: true, capture: true, passive: true });
  }

  // The search is loaded when a reader turns to it: with the first focus of a field, or an address that asks something.
  const startSearch = (form) => import("./search/ui.js").then(({ attach }) => attach(form));
  for (const form of document.querySelectorAll("form[role='search']")) {
    const isAsked = form.closest(".kb-search-page") && new URLSearchParams(location.search).get("q");
    if (isAsked || form.contains(document.activeElement)) startSearch(form);
    else form.addEventListener("focusin", () => startSearch(form), { once: true });
  }
})();
