namespace Banyan.Services.Disaster.Cap;

/// <summary>Names another message: <c>sender,identifier,sent</c> (CAP 1.2 section 3.2.1, references).</summary>
internal sealed record CapReference(string Sender, string Identifier, CapTime Sent)
{
    public override string ToString() => $"{Sender},{Identifier},{Sent}";
}
