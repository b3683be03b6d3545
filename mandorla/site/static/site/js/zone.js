/** Tells the server the time zone this browser lives in, so that times are shown as on the wall. */

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const secure = location.protocol === "https:" ? "; Secure" : "";
if (!document.cookie.split("; ").includes(`zone=${zone}`))
  // biome-ignore lint/suspicious/noDocumentCookie: a cookie is what the server reads, also for the socket
  document.cookie = `zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
