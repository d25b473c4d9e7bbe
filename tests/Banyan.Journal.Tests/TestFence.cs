namespace Banyan.Journal.Tests;

/// <summary>A fence that a test raises.</summary>
internal sealed class TestFence(int epoch) : IWriteFence
{
    private volatile bool _holds = true;

    public int Epoch => epoch;

    public bool Holds
    {
        get => _holds;
        set => _holds = value;
    }
}
