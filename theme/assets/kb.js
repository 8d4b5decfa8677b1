/* Shows the definition of a term, or the work behind a citation, beside its link.
   Mouse: on hover, and the pointer may enter the text. Keyboard: on focus; Esc closes it and keeps the focus.
   Touch: the first tap shows it, the second follows the link. Without this script the links are plain links. */
(() => {
  "use strict";
  const popover = document.createElement("div");
  popover.className = "kb-popover";
  popover.id = "kb-popover";
  popover.setAttribute("role", "tooltip");
  popover.hidden = true;
  document.body.append(popover);

  // The navigation of a section with an index page has an empty name.
  document.querySelectorAll("nav.md-nav[aria-labelledby^='__nav_']").forEach((nav) => {
    const title = nav.querySelector(".md-nav__title")?.textContent.trim();
    if (title) nav.setAttribute("aria-label", title);
    if (title) nav.removeAttribute("aria-labelledby");
  });

  let shown = null;
  let timer = 0;

  const textOf = (link) => {
    if (link.dataset.definition) return link.dataset.definition;
    const entry = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!entry) return "";
    const copy = entry.cloneNode(true);
    copy.querySelectorAll(".kb-back, .kb-used").forEach((part) => part.remove());
    return copy.textContent.trim();
  };

  const hide = () => {
    clearTimeout(timer);
    if (shown) shown.removeAttribute("aria-describedby");
    shown = null;
    popover.hidden = true;
  };

  const hideSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(hide, 200);
  };

  const show = (link) => {
    clearTimeout(timer);
    if (shown === link) return;
    const text = textOf(link);
    if (!text) return;
    hide();
    shown = link;
    popover.textContent = text;
    popover.hidden = false;
    link.setAttribute("aria-describedby", popover.id);
    const line = link.getClientRects()[0];
    const box = popover.getBoundingClientRect();
    const margin = 16;
    const left = Math.max(margin, Math.min(line.left, document.documentElement.clientWidth - box.width - margin));
    const below = line.bottom + box.height + margin < window.innerHeight;
    const top = below ? line.bottom + 4 : line.top - box.height - 4;
    popover.style.left = `${left + window.scrollX}px`;
    popover.style.top = `${top + window.scrollY}px`;
  };

  const linkOf = (event) =>
    event.target instanceof Element ? event.target.closest("a.kb-term, .kb-citation a[href^='#ref-']") : null;

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const link = linkOf(event);
    if (link) show(link);
    else if (popover.contains(event.target)) clearTimeout(timer);
  });
  document.addEventListener("pointerout", (event) => {
    if (event.pointerType === "touch") return;
    if (linkOf(event) || popover.contains(event.target)) hideSoon();
  });
  document.addEventListener("focusin", (event) => {
    const link = linkOf(event);
    if (link && link.matches(":focus-visible")) show(link);
  });
  document.addEventListener("focusout", (event) => {
    if (linkOf(event)) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown) {
      hide();
      event.stopPropagation();
    }
  });
  document.addEventListener("click", (event) => {
    const link = linkOf(event);
    if (link && event.pointerType === "touch" && shown !== link) {
      event.preventDefault();
      show(link);
    } else if (!popover.contains(event.target)) {
      hide();
    }
  });
})();
