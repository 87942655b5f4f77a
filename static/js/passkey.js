// Passkeys: a form whose hidden field `credential` is filled by the browser's own dialog before it is sent. The server's
// options stand in a JSON block on the page (data-options), or are fetched when needed (sign-in, where nobody is known).

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const known = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

const create = ({ publicKey }, alone) => {
  const selection = { ...publicKey.authenticatorSelection };
  if (alone) {
    Object.assign(selection, { residentKey: "required", requireResidentKey: true, userVerification: "required" });
  }
  return navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: known(publicKey.excludeCredentials),
      authenticatorSelection: selection,
    },
  });
};

const get = ({ publicKey }) =>
  navigator.credentials.get({
    publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: known(publicKey.allowCredentials) },
  });

const written = (credential) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) {
      response[name] = text(credential.response[name]);
    }
  }
  if (credential.response.getTransports) {
    response.transports = credential.response.getTransports();
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
};

export const passkey = () => ({
  supported: Boolean(window.PublicKeyCredential),
  unsupported: !window.PublicKeyCredential,
  refused: false,

  async send(event) {
    const form = this.$root;
    const { credential, passwordless } = form.elements;
    event.preventDefault();
    this.refused = false;
    try {
      const options = await this.options();
      const made = options.creation_options
        ? await create(options.creation_options, passwordless && passwordless.checked)
        : await get(options.request_options);
      credential.value = written(made);
      form.submit();
    } catch (error) {
      this.refused = true; // cancelled, timed out, or the device has no such key: the reader can try again
      console.info("passkey:", error.name);
    }
  },

  async options() {
    const block = document.getElementById("passkey-options");
    if (block) {
      return JSON.parse(block.textContent);
    }
    const answer = await fetch(this.$root.action, {
      headers: { accept: "application/json", "x-requested-with": "XMLHttpRequest" },
    });
    return answer.json();
  },
});
