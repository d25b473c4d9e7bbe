namespace Banyan.Cells.Log;

/// <summary>What is answered about anchors. Immutable.</summary>
/// <param name="Json">The answer; null where there is a refusal.</param>
/// <param name="Refusal">Why there is no answer.</param>
internal sealed record AnchorAnswer(byte[]? Json, AnchorRefusal? Refusal)
{
    public static AnchorAnswer Of(byte[] json) => new(json, null);

    public static AnchorAnswer Refused(int status, string code, string title, string detail) => new(null, new AnchorRefusal(status, code, title, detail));
}

/// <summary>Why there is no answer about anchors.</summary>
internal sealed record AnchorRefusal(int Status, string Code, string Title, string Detail);
