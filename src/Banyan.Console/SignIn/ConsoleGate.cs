using Banyan.Cells.Access;
using Banyan.Cells.Http;
using Microsoft.AspNetCore.Http;

namespace Banyan.Console.SignIn;

/// <summary>
/// Who may see the console: whoever shows a credential that the platform knows, or is signed in, and is allowed
/// <see cref="ConsoleAccess.Action"/> by the policy. A session is judged from its cookie and memory alone; once its token has
/// ended it is confirmed by the identity service, and goes on without where that can't be reached. Thread-safe.
/// </summary>
/// <param name="access">What it goes by; null: everybody may.</param>
/// <param name="cookies">Sessions.</param>
/// <param name="renewals">Their confirmation.</param>
/// <param name="time">The clock.</param>
internal sealed class ConsoleGate(ConsoleAccess? access, ConsoleCookies? cookies, Renewals? renewals, TimeProvider time)
{
    /// <summary>How long the first requests of a process wait until keys are known.</summary>
    private static readonly TimeSpan DirectoryPatience = TimeSpan.FromSeconds(2);

    /// <summary>Who looks; null where they may not, and have been answered.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isPage">Whether a person reads the answer: they are led to where they can sign in.</param>
    public async Task<Viewer?> AdmitAsync(HttpContext context, bool isPage)
    {
        if (access is null)
            return Viewer.Anybody;
        context.Response.Headers.Vary = "Cookie, Authorization";
        if (CredentialJudge.HasCredential(context.Request.Headers))
            return await AdmitCredentialAsync(context, isPage);
        if (cookies!.Sessions.Read(context) is { } session)
        {
            if (await ConfirmAsync(context, session) is { } current)
                return await DecideAsync(context, current.ToCaller(), current.Name, true, isPage, () => current.Counts(access, time.GetUtcNow()) && !current.IsDue(time.GetUtcNow()));
            cookies.Sessions.Clear(context);
        }

        if (isPage)
            SeeOther(context, "/console/login" + ReturnPath.Query('?', ReturnPath.Read(context.Request.Path)));
        else
            await RefuseAsync(context, "The console is for those who are signed in: open it in a browser, or send an access token or an API key (Authorization: Bearer).");
        return null;
    }

    /// <summary>303.</summary>
    public static void SeeOther(HttpContext context, string where)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = where;
        ConsoleEndpoints.Protect(context.Response, "no-store");
    }

    private async Task<Viewer?> AdmitCredentialAsync(HttpContext context, bool isPage)
    {
        await access!.Judge.Directory.Known.WaitAsync(DirectoryPatience, time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (access.Judge.Judge(context.Request.Headers, out var why) is { } caller)
            return await DecideAsync(context, caller, caller.Client ?? caller.Subject, false, isPage, () => access.Judge.Judge(context.Request.Headers, out _) is not null);
        await RefuseAsync(context, why!);
        return null;
    }

    /// <summary>The session as it is now; null where it is over.</summary>
    private async Task<ConsoleSession?> ConfirmAsync(HttpContext context, ConsoleSession session)
    {
        var now = time.GetUtcNow();
        if (!session.Counts(access!, now))
            return null;
        if (!session.IsDue(now))
            return session;
        var answer = await renewals!.AskAsync(session, context.RequestAborted);
        if (answer.IsRefused)
            return null;
        if (answer.Session is not { } renewed)
            return session;
        if (!renewed.Counts(access!, now))
            return null;
        cookies!.Sessions.Set(context, renewed, ConsoleSession.Grace);
        return renewed;
    }

    private async Task<Viewer?> DecideAsync(HttpContext context, Caller caller, string name, bool isSignedIn, bool isPage, Func<bool> still)
    {
        var decision = access!.Judge.Decide(caller, ConsoleAccess.Service, ConsoleAccess.Action);
        if (decision.Allowed)
            return new Viewer(name, isSignedIn, still);
        if (isPage)
            await SignInPages.DeniedAsync(context, decision, name, isSignedIn);
        else
            await ProblemAsync(context, Problem.Create(StatusCodes.Status403Forbidden, "forbidden", "Not allowed", decision.Reason, new Dictionary<string, object?> { ["rule"] = decision.Rule }));
        return null;
    }

    private static Task RefuseAsync(HttpContext context, string detail)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return ProblemAsync(context, Problem.Create(StatusCodes.Status401Unauthorized, "unauthenticated", "Who are you?", detail));
    }

    private static Task ProblemAsync(HttpContext context, IResult problem)
    {
        ConsoleEndpoints.Protect(context.Response, "no-store");
        return problem.ExecuteAsync(context);
    }
}
