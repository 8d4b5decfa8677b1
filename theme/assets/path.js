/* How far a reader has come on a path. Nothing is remembered before somebody asks for it, it stays in this browser, and
   "Forget" removes it. Loaded on the pages of paths alone; a path needs nothing of it. */
(() => {
  "use strict";

  const KEY = "kb-paths";
  const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });

  /* The steps that were opened, by path, the last of them last; null where the browser keeps nothing. */
  const kept = () => {
    try {
      const found = JSON.parse(localStorage.getItem(KEY) ?? "{}");
      return found && typeof found === "object" ? found : {};
    } catch (error) {
      return error instanceof SyntaxError ? {} : null;
    }
  };
  const keep = (all) => {
    try {
      if (Object.keys(all).length) localStorage.setItem(KEY, JSON.stringify(all));
      else localStorage.removeItem(KEY);
    } catch {
      // A browser that keeps nothing shows what it was told until the page is left.
    }
  };

  const follow = (part) => {
    const { path, step } = part.dataset;
    const line = make("p", "kb-progress", "");
    const said = make("span", "", "");
    const button = make("button", "kb-control", "");
    said.setAttribute("role", "status");
    button.type = "button";
    line.append(said, " ", button);
    if (part.matches("ol")) part.before(line);
    else part.append(line);

    const show = () => {
      const opened = kept()[path];
      const isKept = Array.isArray(opened);
      button.textContent = isKept ? "Forget" : "Remember where I am on this path";
      if (!part.matches("ol")) {
        said.textContent = isKept ? "Remembered in this browser alone." : "";
        return;
      }
      const steps = [...part.querySelectorAll("[data-step]")];
      const isOpened = (item) => isKept && opened.includes(item.dataset.step);
      for (const item of steps) {
        item.querySelector(".kb-opened")?.remove();
        item.removeAttribute("aria-current");
        if (!isOpened(item)) continue;
        const isLast = item.dataset.step === opened.at(-1);
        item.append(make("span", "kb-opened", isLast ? " ✓ You were here last." : " ✓ Opened."));
        if (isLast) item.setAttribute("aria-current", "step");
      }
      said.textContent = isKept
        ? `You have opened ${steps.filter(isOpened).length} of ${steps.length} steps; this browser alone remembers it.`
        : "";
    };

    button.addEventListener("click", () => {
      const all = kept() ?? {};
      if (Array.isArray(all[path])) delete all[path];
      else all[path] = step ? [step] : [];
      keep(all);
      show();
    });
    const all = kept();
    if (step && Array.isArray(all[path])) {
      all[path] = [...all[path].filter((other) => other !== step), step];
      keep(all);
    }
    show();
  };

  if (kept()) document.querySelectorAll(".kb-path, .kb-steps").forEach(follow);
})();
