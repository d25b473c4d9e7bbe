namespace Banyan.Engines.Tests.Evm;

/// <summary>Contracts by hand, so small that they can be read as bytes.</summary>
internal static class TinyContracts
{
    /// <summary>
    /// Logs what it is called with: the first word as second topic, the rest as data.
    /// <c>calldatacopy(0, 32, calldatasize - 32); log2(0, calldatasize - 32, TOPIC, calldataload(0))</c>
    /// </summary>
    public static byte[] Noter(string topic) => Deployment("60203603" + "6020" + "6000" + "37" + "600035" + "7f" + topic[2..] + "60203603" + "6000" + "a2" + "00");

    /// <summary>Reverts with <c>Error("user error")</c>.</summary>
    public static byte[] Reverter { get; } = Deployment(
        "7f08c379a0" + new string('0', 56) + "600052" + "6020600452" + "600a602452" + "7f" + "75736572206572726f72".PadRight(64, '0') + "604452" + "60646000fd");

    /// <summary>Init code (14 bytes) that returns the code after itself.</summary>
    private static byte[] Deployment(string code) => Convert.FromHexString($"61{code.Length / 2:x4}600e600039" + $"61{code.Length / 2:x4}6000f3" + code);
}
