using System.Security.Cryptography;
using Banyan.Cells.Http;
using Banyan.Cells.Personal;
using Banyan.Journal;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Identity;

/// <summary>
/// Idempotency keys of requests whose bodies hold passwords and codes: the fingerprint that is stored is over a keyed hash
/// of the body. Over the body itself, it could be used to try passwords at the speed of SHA-256.
/// </summary>
internal sealed class ChangeKeys(IKeyVault vault)
{
    public IdempotencyKey? Read(HttpContext context, string subject, byte[] body) =>
        context.Request.Headers.ContainsKey(ChangeHttp.KeyHeader)
            ? ChangeHttp.ReadKey(context.Request, subject.Length == 0 ? "anonymous" : subject, vault.Fingerprint("identity.request", Convert.ToHexString(SHA256.HashData(body))))
            : null;
}
