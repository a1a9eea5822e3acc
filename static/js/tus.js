/* Speaks tus 1.0 for one file: begins an upload, asks where it ends, adds a piece. Where an upload
   stands is kept in the browser under the file's name, size and date, so that the same file chosen
   again after a reload goes on. */

export const PIECE = 5 * 1024 * 1024;
const TUS = { "Tus-Resumable": "1.0.0" };
const SIGNED_OUT = "You are signed out. Sign in again and choose the file once more: it goes on where it stopped.";
const TRY_LATER = [400, 408, 425, 429];

/* What no further try mends, in words for people. */
export class Refused extends Error {}
/* The line or the server is away; a later try may work. */
export class Away extends Error {}
class Over extends Error {}

const inBase64 = (text) => btoa(String.fromCodePoint(...new TextEncoder().encode(text)));

async function reason(answer) {
  try {
    return (await answer.json()).detail ?? "";
  } catch {
    return "";
  }
}

async function ask(url, options) {
  let answer;
  try {
    answer = await fetch(url, { ...options, redirect: "manual", credentials: "same-origin" });
  } catch (error) {
    throw new Away(error.message);
  }
  if (answer.type === "opaqueredirect") throw new Refused(SIGNED_OUT);
  if (answer.status === 404 || answer.status === 410) throw new Over(await reason(answer));
  if (answer.ok || answer.status === 409) return answer;
  if (answer.status >= 500 || TRY_LATER.includes(answer.status)) throw new Away(String(answer.status));
  throw new Refused((await reason(answer)) || "The server does not take this file.");
}

export class Upload {
  constructor(file, { url, place, token }) {
    Object.assign(this, { file, place, token, base: url, url: "" });
    this.key = `upload:${url}:${file.name}:${file.size}:${file.lastModified}`;
    this.abort = new AbortController();
  }

  ask(method, url, headers = {}, body = undefined) {
    const told = { ...TUS, "X-CSRFToken": this.token, ...headers };
    return ask(url, { method, headers: told, body, signal: this.abort.signal });
  }

  async begin() {
    const said = Object.entries({ filename: this.file.name, ...this.place }).filter(([, value]) => value);
    const answer = await this.ask("POST", this.base, {
      "Upload-Length": String(this.file.size),
      "Upload-Metadata": said.map(([key, value]) => `${key} ${inBase64(value)}`).join(","),
    });
    this.url = answer.headers.get("Location");
    localStorage.setItem(this.key, this.url);
    return 0;
  }

  /* Where the server's file ends; a new upload when it knows of none. */
  async where() {
    this.url = this.url || localStorage.getItem(this.key) || "";
    if (!this.url) return this.begin();
    try {
      return Number((await this.ask("HEAD", this.url)).headers.get("Upload-Offset"));
    } catch (error) {
      if (!(error instanceof Over)) throw error;
      this.forget();
      return this.begin();
    }
  }

  async piece(offset) {
    const headers = { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
    try {
      const answer = await this.ask("PATCH", this.url, headers, this.file.slice(offset, offset + PIECE));
      this.known = answer.headers.get("Warren-Known");
      this.asset = answer.headers.get("Warren-Asset");
      return Number(answer.headers.get("Upload-Offset"));
    } catch (error) {
      if (!(error instanceof Over)) throw error;
      this.forget();
      throw new Away("over");
    }
  }

  /* From where it stands to the end; `progress` is told how many bytes are there. */
  async send(progress) {
    let offset = await this.where();
    do {
      progress(offset);
      offset = await this.piece(offset);
    } while (offset < this.file.size || !this.asset);
    this.forget();
  }

  forget() {
    localStorage.removeItem(this.key);
    this.url = "";
  }

  cancel() {
    this.abort.abort();
    const { url } = this;
    this.forget();
    if (url) fetch(url, { method: "DELETE", headers: { ...TUS, "X-CSRFToken": this.token } });
  }
}
