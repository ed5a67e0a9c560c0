namespace Delivery.Cli;

/// <summary>What the process returns. Ended by a signal without a result of its own, it is 128 plus the signal's number, as shells expect.</summary>
public static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>What was asked could not be done.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the configuration is wrong; nothing was done.</summary>
    public const int Usage = 2;
}
