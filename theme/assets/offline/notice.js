/* Says on a page that it is a copy. The worker puts this into the copy; no other page loads it. */
(() => {
  "use strict";

  const { why, since } = document.currentScript.dataset;
  const day = new Date(Number(since)).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  const away = navigator.onLine ? "This site cannot be reached now." : "You are offline.";
  const notice = document.createElement("p");
  const again = Object.assign(document.createElement("a"), { href: location.href, textContent: "Load it again" });
  notice.className = "kb-kept";
  notice.setAttribute("role", "status");
  document.querySelector(".md-content__inner").prepend(notice);
  // What is put into a region that is already there is announced.
  const say = (...parts) => setTimeout(() => notice.replaceChildren(...parts), 100);

  again.addEventListener("click", (event) => {
    event.preventDefault();
    location.reload();
  });
  if (why === "slow") say(`The connection is slow. This copy was kept on ${day}. `, again, ".");
  else say(`${away} This copy was kept on ${day}.`);
  addEventListener("online", async () => {
    try {
      // A browser says "online" before anything can be reached, and at times when nothing can.
      await fetch(location.href, { method: "HEAD", cache: "no-store" });
      say(`You are online again. This copy was kept on ${day}. `, again, ".");
    } catch {
      // still away
    }
  });
})();
