namespace Banyan.Routing.Tests.Entry.Forwarding;

/// <summary>The same over links with certificates on both sides.</summary>
public sealed class SecureAbortTests : AbortTests
{
    protected override bool Secure => true;
}
