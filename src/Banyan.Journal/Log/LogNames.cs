namespace Banyan.Journal.Log;

/// <summary>What logs and those who sign them are called. Key names of C2SP's signed notes: no spaces, no plus.</summary>
public static class LogNames
{
    /// <summary>The log over a partition's journal, and the name that its checkpoints are signed under: <c>banyan/kai/east-africa</c>.</summary>
    public static string Origin(string platform, string partition) => $"banyan/{platform}/{partition}";

    /// <summary>The name that a region's witness signs under: <c>banyan/kai/east-africa/witness</c>.</summary>
    public static string Witness(string platform, string region) => $"banyan/{platform}/{region}/witness";
}
