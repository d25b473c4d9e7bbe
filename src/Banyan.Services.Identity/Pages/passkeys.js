// Passkeys (WebAuthn Level 3): asks the authenticator, puts its answer into the form's field "credential", and sends the form.
// Pages do their work without it: what it needs is hidden until it runs, and passwords go on.
(() => {
  'use strict';
  const form = document.querySelector('form[data-passkey]');
  if (!form || !window.PublicKeyCredential || !navigator.credentials) return;

  const read = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
  const write = buffer => {
    let text = '';
    for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
    return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  };
  const known = list => (list || []).map(c => ({ ...c, id: read(c.id) }));

  const options = JSON.parse(form.dataset.options);
  options.challenge = read(options.challenge);
  const makes = form.dataset.passkey === 'make';
  if (makes) {
    options.user.id = read(options.user.id);
    options.excludeCredentials = known(options.excludeCredentials);
  } else {
    options.allowCredentials = known(options.allowCredentials);
  }

  const send = credential => {
    const { response } = credential;
    const said = makes
      ? { attestationObject: write(response.attestationObject), transports: response.getTransports ? response.getTransports() : [] }
      : { authenticatorData: write(response.authenticatorData), signature: write(response.signature), userHandle: response.userHandle ? write(response.userHandle) : null };
    form.elements.credential.value = JSON.stringify({
      id: write(credential.rawId), rawId: write(credential.rawId), type: credential.type, clientExtensionResults: {},
      response: { clientDataJSON: write(response.clientDataJSON), ...said },
    });
    form.submit();
  };

  const words = form.querySelector('[data-words]');
  const button = form.querySelector('button');
  let waiting = new AbortController();
  const ask = more => {
    const request = { publicKey: options, signal: waiting.signal, ...more };
    return makes ? navigator.credentials.create(request) : navigator.credentials.get(request);
  };

  form.hidden = false;
  form.addEventListener('submit', async event => {
    event.preventDefault();
    waiting.abort();
    waiting = new AbortController();
    words.hidden = true;
    button.disabled = true;
    try {
      send(await ask({}));
    } catch (error) {
      words.textContent = error.name === 'InvalidStateError' ? 'This device has a passkey of yours already.' : 'No passkey was used. Try again, or go on without one.';
      words.hidden = false;
      button.disabled = false;
    }
  });

  // Passkeys among what the browser offers for the address field.
  if (!makes && form.dataset.offer !== undefined && PublicKeyCredential.isConditionalMediationAvailable) {
    PublicKeyCredential.isConditionalMediationAvailable()
      .then(can => can ? ask({ mediation: 'conditional' }) : null)
      .then(credential => { if (credential) send(credential); })
      .catch(() => { /* the button was used instead, or the page is left */ });
  }
})();
