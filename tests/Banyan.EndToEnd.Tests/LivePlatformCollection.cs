namespace Banyan.EndToEnd.Tests;

/// <summary>Tests that share one running platform, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class LivePlatformCollection : ICollectionFixture<LivePlatform>
{
    public const string Name = "a live platform";
}
