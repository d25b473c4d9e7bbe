namespace Banyan.Routing.Tests.Entry.Forwarding;

/// <summary>The same over links with certificates on both sides.</summary>
public sealed class SecureStreamingTests : StreamingTests
{
    protected override bool Secure => true;
}
