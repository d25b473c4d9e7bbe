using Banyan.Cells.Describing;
using Banyan.Services.Identity.Accounts;

namespace Banyan.Services.Identity.Passkeys;

/// <summary>What the JSON of passkeys' requests must be like (WebAuthn Level 3, section 5.1: <c>toJSON()</c> of a <c>PublicKeyCredential</c>).</summary>
internal static class PasskeyShapes
{
    /// <summary>Bytes as base64url; what they are the ceremony judges.</summary>
    private static readonly JsonShape Bytes = JsonShape.Text(JsonBody.MaxLength, 1);

    private static readonly JsonShape Id = JsonShape.Text(1364, 1); // 1,023 bytes

    private static readonly JsonShape Ceremony = JsonShape.Text(JsonBody.MaxLength, 1);

    private static readonly JsonShape Name = JsonShape.Text(1_000).OrNull();

    private static readonly JsonShape Made = JsonShape.Object(
        ("id", Id), ("rawId?", Id), ("type", JsonShape.Word("public-key")),
        ("response", JsonShape.Object(("clientDataJSON", Bytes), ("attestationObject", Bytes), ("transports?", JsonShape.List(JsonShape.Text(40), 16).OrNull()))));

    private static readonly JsonShape Used = JsonShape.Object(
        ("id", Id), ("rawId?", Id), ("type", JsonShape.Word("public-key")),
        ("response", JsonShape.Object(("clientDataJSON", Bytes), ("authenticatorData", Bytes), ("signature", Bytes), ("userHandle?", JsonShape.Text(100).OrNull()))));

    public static readonly JsonShape Password = JsonShape.Object(("password", AccountShapes.KnownPassword));

    public static readonly JsonShape Making = JsonShape.Object(("ceremony", Ceremony), ("credential", Made), ("name?", Name));

    public static readonly JsonShape Rename = JsonShape.Object(("name", Name));

    public static readonly JsonShape Login = JsonShape.Object(("ceremony", Ceremony), ("credential", Used));

    public static readonly JsonShape Challenge = JsonShape.Object(("challenge", AccountShapes.Token));

    public static readonly JsonShape SecondFactor = JsonShape.Object(("challenge", AccountShapes.Token), ("ceremony", Ceremony), ("credential", Used));
}
