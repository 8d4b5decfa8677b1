/* Keeps the pages that somebody reads, for when there is no connection. It is here only for readers who switched it on
   (assets/offline/switch.js), and whether the cache is there tells whether it is still wanted.

   The network comes first, always: what this site says about help may change, and a copy must not stand in its way. A
   copy answers where there is no connection. It also answers where the connection is slow, but only a copy that is less
   than a day old, so that nobody who is online reads anything older. A page from a copy says so. */
"use strict";
importScripts("assets/offline/kept.js");

const SLOW = 4000; // milliseconds
const DAY = 24 * 60 * 60 * 1000;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { method, cache, url } = event.request;
  // With "no-store" the switch itself asks for what it keeps.
  if (method === "GET" && cache !== "no-store" && kept.isOurs(url)) event.respondWith(answer(event));
});

const answer = async (event) => {
  const { request } = event;
  const copy = await kept.find(request.url);
  const fetched = fetch(request, { cache: "no-cache" }); // the browser's own copy may be older than a day
  event.waitUntil(fetched.then((response) => remember(request.url, response.clone())).catch(() => {}));
  const patience = copy && Date.now() - kept.since(copy) < DAY ? [new Promise((done) => setTimeout(done, SLOW))] : [];
  try {
    const response = await Promise.race([fetched, ...patience]);
    return response || (await shown(copy, "slow"));
  } catch {
    if (copy) return shown(copy, "offline");
    return request.mode === "navigate" ? notKept() : Response.error();
  }
};

const remember = async (url, response) => {
  if (response.status === 404 || response.status === 410) await kept.remove(url);
  else if (response.status === 200 && !response.redirected) await kept.put(url, response);
};

const changed = async (response, status, change) =>
  new Response(change(await response.text()), { status, headers: response.headers });

/* A copy, which if it is a page says why it is shown and how old it is. */
const shown = (copy, why) => {
  if (!copy.headers.get("content-type")?.startsWith("text/html")) return copy;
  const folder = `${kept.site}assets/offline/`;
  const style = `<link rel="stylesheet" href="${folder}offline.css">`;
  const script = `<script src="${folder}notice.js" data-why="${why}" data-since="${kept.since(copy)}" defer></script>`;
  return changed(copy, 200, (html) => html.replace("</head>", () => `${style}${script}</head>`));
};

/* What stands in place of a page that is not kept. It was made for the root of the site, and is shown at any address. */
const notKept = async () => {
  const page = await kept.find(`${kept.site}offline.html`);
  if (!page) return Response.error();
  return changed(page, 503, (html) => html.replace(/ (href|src|action)="(?![a-z]+:|[/#])/g, ` $1="${kept.site}`));
};
