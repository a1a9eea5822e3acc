/* Sends chosen files in pieces and takes a broken one up again where it stopped: at once when the
   line is back, and after a reload when the same file is chosen again. Without this behaviour the
   form sends its files as any form does. */

import { Away, Refused, Upload } from "../tus.js";

const WAITS = [1000, 3000, 8000, 20000];
const BROKEN = "The line broke. It goes on by itself when the server can be reached.";
const GIVEN_UP = "The server cannot be reached. Go on when the line is back; what arrived is kept for a day.";

class Row {
  constructor(form, file, row) {
    const chosen = new FormData(form);
    this.upload = new Upload(file, {
      url: form.dataset.url,
      place: { brand: chosen.get("brand") ?? "", folder: chosen.get("folder") ?? "" },
      token: chosen.get("csrfmiddlewaretoken"),
    });
    Object.assign(this, { file, row, isCancelled: false });
    row.querySelector(".upload__name").textContent = file.name;
    row.querySelector("progress").setAttribute("aria-label", file.name);
    row.querySelector("[data-upload-cancel]").addEventListener("click", () => this.cancel());
    row.querySelector("[data-upload-again]").addEventListener("click", () => this.run());
    this.say("Waiting for its turn.");
  }

  say(words, state = "") {
    this.row.querySelector(".upload__said").textContent = words;
    this.row.dataset.state = state;
    this.row.querySelector("[data-upload-again]").hidden = state !== "waiting";
    const isOver = state === "done" || state === "failed";
    this.row.querySelector("[data-upload-cancel] .button__word").textContent = isOver ? "Close" : "Cancel";
  }

  progress(offset) {
    const percent = Math.floor((100 * offset) / this.file.size);
    this.row.querySelector("progress").value = percent;
    this.say(offset < this.file.size ? `${percent} %` : "All there. It is being looked at.");
  }

  async run() {
    for (let tries = 0; !this.isCancelled; tries += 1) {
      try {
        await this.upload.send((offset) => this.progress(offset));
        this.done();
        return;
      } catch (error) {
        if (this.isCancelled) return;
        if (error instanceof Refused) {
          this.upload.forget();
          this.say(error.message, "failed");
          return;
        }
        if (!(error instanceof Away)) throw error;
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
    const { known, asset } = this.upload;
    this.say(known ? `In the library already, as “${decodeURIComponent(known)}”. It is kept once.` : "In the library.", "done");
    document.body.dispatchEvent(new CustomEvent("library-changed", { detail: { asset } }));
  }

  cancel() {
    this.isCancelled = true;
    this.row.remove();
    if (!["done", "failed"].includes(this.row.dataset.state)) this.upload.cancel();
  }
}

export function connect(form) {
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector(".upload__list");
  const template = form.querySelector("template");
  let queue = Promise.resolve();

  function take() {
    for (const file of [...input.files]) {
      const element = template.content.firstElementChild.cloneNode(true);
      list.append(element);
      const row = new Row(form, file, element);
      // One after another: on a thin line two at once both take twice as long.
      queue = queue.then(() => row.run());
    }
    input.value = "";
  }

  input.addEventListener("change", take);
  return () => input.removeEventListener("change", take);
}
