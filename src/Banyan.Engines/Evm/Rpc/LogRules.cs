namespace Banyan.Engines.Evm.Rpc;

/// <summary>What logs must be to be an answer to a filter.</summary>
internal static class LogRules
{
    /// <summary>Why they are not; null where they are.</summary>
    public static string? Refuse(IReadOnlyList<EvmLog> logs, LogFilter filter, ulong from, ulong to)
    {
        for (var i = 0; i < logs.Count; i++)
        {
            var log = logs[i];
            if (log.BlockNumber < from || log.BlockNumber > to)
                return $"a log of block {log.BlockNumber}, which is not from {from} to {to}";
            if (!filter.Matches(log))
                return $"a log of {log.Address} that was not asked for";
            if (i > 0 && (log.BlockNumber, log.LogIndex).CompareTo((logs[i - 1].BlockNumber, logs[i - 1].LogIndex)) <= 0)
                return "logs out of order";
        }

        return null;
    }
}
