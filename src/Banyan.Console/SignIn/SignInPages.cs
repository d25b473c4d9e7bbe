using System.Text;
using Banyan.Blueprints.Access;
using Banyan.Console.Live;
using Banyan.Console.Pages.SignIn;
using Banyan.Control.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Console.SignIn;

/// <summary>The pages around signing in. They say nothing of the platform but its name and its regions' names.</summary>
internal static class SignInPages
{
    public static Task LoginAsync(HttpContext context, PlatformState platform, string path) =>
        WriteAsync(context, StatusCodes.Status200OK, typeof(LoginPage), new() { ["Platform"] = platform.Platform, ["Regions"] = platform.Partitions.Select(static p => p.Name).ToList(), ["ReturnQuery"] = ReturnPath.Query('&', path) });

    public static Task FailedAsync(HttpContext context, PlatformState platform, int status, string why) =>
        WriteAsync(context, status, typeof(SignInFailedPage), new() { ["Platform"] = platform.Platform, ["Why"] = why });

    public static Task LoggedOutAsync(HttpContext context, PlatformState platform, string? home) =>
        WriteAsync(context, StatusCodes.Status200OK, typeof(LoggedOutPage), new() { ["Platform"] = platform.Platform, ["Home"] = home });

    public static Task DeniedAsync(HttpContext context, AccessDecision decision, string name, bool isSignedIn) =>
        WriteAsync(context, StatusCodes.Status403Forbidden, typeof(DeniedPage), new() { ["Platform"] = context.RequestServices.GetRequiredService<PlatformState>().Platform, ["Rule"] = decision.Rule, ["Reason"] = decision.Reason, ["Name"] = name, ["IsSignedIn"] = isSignedIn });

    private static async Task WriteAsync(HttpContext context, int status, Type page, Dictionary<string, object?> parameters)
    {
        var html = await context.RequestServices.GetRequiredService<ConsoleRenderer>().PlainAsync(page, parameters);
        await ConsoleEndpoints.WriteAsync(context, status, ConsoleEndpoints.Html, Encoding.UTF8.GetBytes(html));
    }
}
