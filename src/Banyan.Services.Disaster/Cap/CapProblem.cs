namespace Banyan.Services.Disaster.Cap;

/// <summary>Something about a message that the standard forbids, or advises against.</summary>
/// <param name="IsError">Whether the message is refused for it; else it is a warning.</param>
/// <param name="Path">The element: <c>alert/info[1]/area[2]/polygon</c>.</param>
/// <param name="Line">Where it is in the XML; 0 where that is not known.</param>
/// <param name="Rule">The section of CAP 1.2, or another standard.</param>
/// <param name="Message">What is wrong, and what to do.</param>
internal sealed record CapProblem(bool IsError, string Path, int Line, string Rule, string Message)
{
    public override string ToString() => $"{Path} (line {Line}): {Message} [{Rule}]";
}
