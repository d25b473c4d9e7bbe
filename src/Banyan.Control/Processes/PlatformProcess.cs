namespace Banyan.Control.Processes;

/// <summary>A process of a platform that was found running.</summary>
/// <param name="Identity">Which.</param>
/// <param name="Name">What it is: <c>keeper-east-africa</c>, <c>postgres east-africa@south-africa</c>.</param>
/// <param name="IsDatabase">It is a postmaster, which outlives its keeper.</param>
public sealed record PlatformProcess(ProcessIdentity Identity, string Name, bool IsDatabase);
