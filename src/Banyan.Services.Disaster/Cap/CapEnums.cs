namespace Banyan.Services.Disaster.Cap;

// The code values of CAP 1.2; member names are the values as written.

/// <summary>How a message is to be handled.</summary>
internal enum CapStatus
{
    /// <summary>To be acted on.</summary>
    Actual,

    /// <summary>Only for the participants of an exercise.</summary>
    Exercise,

    /// <summary>For the alert network itself.</summary>
    System,

    /// <summary>A technical test; everyone disregards it.</summary>
    Test,

    /// <summary>A template or draft; not to be acted on.</summary>
    Draft,
}

/// <summary>What a message does.</summary>
internal enum CapMessageType
{
    Alert,

    /// <summary>Supersedes the messages that it refers to.</summary>
    Update,

    /// <summary>Ends the messages that it refers to.</summary>
    Cancel,

    /// <summary>Says that the messages it refers to were received and accepted.</summary>
    Ack,

    /// <summary>Says that the messages it refers to were rejected.</summary>
    Error,
}

/// <summary>Who may read it.</summary>
internal enum CapScope
{
    Public,
    Restricted,
    Private,
}

internal enum CapCategory
{
    Geo,
    Met,
    Safety,
    Security,
    Rescue,
    Fire,
    Health,
    Env,
    Transport,
    Infra,
    CBRNE,
    Other,
}

internal enum CapResponseType
{
    Shelter,
    Evacuate,
    Prepare,
    Execute,
    Avoid,
    Monitor,
    Assess,
    AllClear,
    None,
}

internal enum CapUrgency
{
    Immediate,
    Expected,
    Future,
    Past,
    Unknown,
}

/// <summary>In ascending order, so that a subscriber can ask for "at least"; Unknown is below all.</summary>
internal enum CapSeverity
{
    Unknown,
    Minor,
    Moderate,
    Severe,
    Extreme,
}

internal enum CapCertainty
{
    Observed,
    Likely,
    Possible,
    Unlikely,
    Unknown,
}
