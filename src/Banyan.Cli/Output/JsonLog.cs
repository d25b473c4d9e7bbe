using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Banyan.Cli.Output;

/// <summary>How a child of the supervisor that has no host of its own logs: a line of JSON each, to stderr.</summary>
internal static class JsonLog
{
    /// <summary>Makes it; the caller ends it.</summary>
    public static ILoggerFactory Create() => LoggerFactory.Create(static logging =>
    {
        logging.AddJsonConsole(static json => json.UseUtcTimestamp = true);
        logging.Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    });
}
