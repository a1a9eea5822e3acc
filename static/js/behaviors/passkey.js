/* Makes or uses a passkey when its form is sent, and sends the answer in the hidden field.

   data-passkey    "create" or "get"
   data-options    the server's options as JSON, or
   data-url        where they are fetched from when the button is pressed
   A form that is hidden appears, because without this script it could do nothing. */

const decode = (value) =>
  Uint8Array.from(atob(value.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const withId = (entry) => ({ ...entry, id: decode(entry.id) });

function readable(options) {
  const key = { ...options.publicKey, challenge: decode(options.publicKey.challenge) };
  if (key.user) key.user = withId(key.user);
  for (const name of ["excludeCredentials", "allowCredentials"]) {
    if (key[name]) key[name] = key[name].map(withId);
  }
  return { publicKey: key };
}

function sendable(credential) {
  const response = {};
  for (const name of [
    "clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle",
  ]) {
    if (credential.response[name]) response[name] = encode(credential.response[name]);
  }
  const transports = credential.response.getTransports?.();
  if (transports) response.transports = transports;
  return {
    id: credential.id,
    rawId: encode(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function askForTheWholeWay(publicKey, alone) {
  publicKey.authenticatorSelection = {
    ...publicKey.authenticatorSelection,
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    ...(alone ? { userVerification: "required" } : {}),
  };
}

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.dataset.url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()).request_options;
}

export function connect(form) {
  const status = form.querySelector("[data-status]");
  const button = form.querySelector("button[type=submit]");
  const say = (words) => { if (status) status.textContent = words; };
  form.hidden = false;
  if (!window.PublicKeyCredential) {
    button.disabled = true;
    say("This browser has no passkeys.");
    return undefined;
  }

  async function send(event) {
    event.preventDefault();
    button.disabled = true;
    say("Follow what your device says.");
    try {
      const options = readable(await optionsOf(form));
      const creates = form.dataset.passkey === "create";
      const alone = form.elements.passwordless;
      if (creates && alone) askForTheWholeWay(options.publicKey, alone.checked);
      const credential = await navigator.credentials[creates ? "create" : "get"](options);
      form.elements.credential.value = JSON.stringify(sendable(credential));
      form.submit();
    } catch (error) {
      button.disabled = false;
      say(reason(error));
    }
  }

  form.addEventListener("submit", send);
  return () => form.removeEventListener("submit", send);
}

function reason(error) {
  if (error.name === "InvalidStateError") return "This device has a passkey for this account.";
  if (error.name === "SecurityError") {
    return "Passkeys need this page's own name over https, or http://localhost.";
  }
  if (error.name === "NotAllowedError") return "Nothing was confirmed. Try again when ready.";
  return "That did not work. Try again, or use another way.";
}
