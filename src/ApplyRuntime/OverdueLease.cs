namespace Delivery.ApplyRuntime;

/// <summary>A lease that has held an old generation in memory for longer than <see cref="RuntimeOptions.ReportLeasesAfter"/>.</summary>
/// <param name="Epoch">The generation that it holds.</param>
/// <param name="Held">For how long, when the status was made.</param>
/// <param name="Since">When it was taken, by the clock as it stands now.</param>
/// <param name="Member">The method that took it.</param>
/// <param name="File">Its source file, as the compiler knew it.</param>
/// <param name="Line">The line in that file, from 1.</param>
public sealed record OverdueLease(long Epoch, TimeSpan Held, DateTimeOffset Since, string Member, string File, int Line)
{
    public override string ToString() => $"A lease that {Member} took in {File}:{Line} has held epoch {Epoch} for {Held.TotalSeconds:0.0} s. Its memory is free after the lease is disposed.";
}
