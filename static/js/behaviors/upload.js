/* Sends chosen files in pieces (tus 1.0) and takes a broken one up again where it stopped: at once
   when the line is back, and after a reload when the same file is chosen again. Without this
   behaviour the form sends its files as any form does. */

const PIECE = 5 * 1024 * 1024;
const WAITS = [1000, 3000, 8000, 20000];
const TUS = { "Tus-Resumable": "1.0.0" };
const SIGNED_OUT = "You are signed out. Sign in again and choose the file once more: it goes on where it stopped.";
const BROKEN = "The line broke. It goes on by itself when the server can be reached.";
const GIVEN_UP = "The server cannot be reached. Go on when the line is back; what arrived is kept for a day.";

class Refused extends Error {}
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
  const answer = await fetch(url, { ...options, redirect: "manual", credentials: "same-origin" });
  if (answer.type === "opaqueredirect") throw new Refused(SIGNED_OUT);
  if (answer.status === 404 || answer.status === 410) throw new Over(await reason(answer));
  if (answer.ok || answer.status === 409) return answer;
  if (answer.status >= 500 || answer.status === 429 || answer.status === 400) throw new TypeError("later");
  throw new Refused((await reason(answer)) || "The server does not take this file.");
}

class Sending {
  constructor(form, file, row) {
    Object.assign(this, { form, file, row, isCancelled: false, url: "" });
    this.abort = new AbortController();
    const place = new FormData(form);
    this.place = { brand: place.get("brand") ?? "", folder: place.get("folder") ?? "" };
    this.key = `upload:${form.dataset.url}:${file.name}:${file.size}:${file.lastModified}`;
    row.querySelector(".upload__name").textContent = file.name;
    row.querySelector("progress").setAttribute("aria-label", file.name);
    row.querySelector("[data-upload-cancel]").addEventListener("click", () => this.cancel());
    row.querySelector("[data-upload-again]").addEventListener("click", () => this.run());
  }

  get headers() {
    return { ...TUS, "X-CSRFToken": this.form.querySelector("[name=csrfmiddlewaretoken]").value };
  }

  say(words, state = "") {
    this.row.querySelector(".upload__said").textContent = words;
    this.row.dataset.state = state;
    this.row.querySelector("[data-upload-again]").hidden = state !== "waiting";
    const cancel = this.row.querySelector("[data-upload-cancel] .button__word");
    cancel.textContent = state === "done" || state === "failed" ? "Close" : "Cancel";
  }

  progress(offset) {
    const percent = Math.floor((100 * offset) / this.file.size);
    this.row.querySelector("progress").value = percent;
    this.say(offset < this.file.size ? `${percent} %` : "All there. It is being looked at.");
  }

  async begin() {
    const said = { filename: this.file.name, ...this.place };
    const metadata = Object.entries(said).filter(([, value]) => value);
    const answer = await ask(this.form.dataset.url, {
      method: "POST",
      signal: this.abort.signal,
      headers: {
        ...this.headers,
        "Upload-Length": String(this.file.size),
        "Upload-Metadata": metadata.map(([key, value]) => `${key} ${inBase64(value)}`).join(","),
      },
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
      const answer = await ask(this.url, { method: "HEAD", headers: this.headers, signal: this.abort.signal });
      return Number(answer.headers.get("Upload-Offset"));
    } catch (error) {
      if (!(error instanceof Over)) throw error;
      this.forget();
      return this.begin();
    }
  }

  async piece(offset) {
    const answer = await ask(this.url, {
      method: "PATCH",
      signal: this.abort.signal,
      headers: { ...this.headers, "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
      body: this.file.slice(offset, offset + PIECE),
    });
    this.known = answer.headers.get("Warren-Known");
    this.asset = answer.headers.get("Warren-Asset");
    return Number(answer.headers.get("Upload-Offset"));
  }

  async send() {
    let offset = await this.where();
    do {
      this.progress(offset);
      offset = await this.piece(offset);
    } while (offset < this.file.size || !this.asset);
  }

  async run() {
    this.say("0 %");
    for (let tries = 0; ; tries += 1) {
      try {
        await this.send();
        this.done();
        return;
      } catch (error) {
        if (this.isCancelled) return;
        if (error instanceof Refused || error instanceof Over) {
          this.forget();
          this.say(error.message, "failed");
          return;
        }
        if (!(error instanceof TypeError)) throw error;
        if (tries >= WAITS.length) {
          this.say(GIVEN_UP, "waiting");
          return;
        }
        this.say(BROKEN);
        await new Promise((resolve) => setTimeout(resolve, WAITS[tries]));
      }
    }
  }

  done() {
    localStorage.removeItem(this.key);
    this.say(this.known ? `In the library already, as “${decodeURIComponent(this.known)}”. It is kept once.` : "In the library.", "done");
    document.body.dispatchEvent(new CustomEvent("library-changed", { detail: { asset: this.asset } }));
  }

  forget() {
    localStorage.removeItem(this.key);
    this.url = "";
  }

  cancel() {
    const isOver = ["done", "failed"].includes(this.row.dataset.state);
    this.isCancelled = true;
    this.abort.abort();
    this.row.remove();
    const { url } = this;
    this.forget();
    if (url && !isOver) fetch(url, { method: "DELETE", headers: this.headers });
  }
}

export function connect(form) {
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector(".upload__list");
  const template = form.querySelector("template");
  let queue = Promise.resolve();

  function take() {
    for (const file of [...input.files]) {
      const row = template.content.firstElementChild.cloneNode(true);
      list.append(row);
      const sending = new Sending(form, file, row);
      sending.say("Waiting for its turn.");
      // One after another: on a thin line two at once both take twice as long.
      queue = queue.then(() => (sending.isCancelled ? undefined : sending.run()));
    }
    input.value = "";
  }

  input.addEventListener("change", take);
  return () => input.removeEventListener("change", take);
}
