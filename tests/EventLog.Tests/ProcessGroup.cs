namespace Delivery.EventLog.Tests;

/// <summary>
/// Tests that start processes, beside no others: a new process has all open files of ours, and with them their locks, until it runs its program, so
/// that a segment of another test would still count as held when it was closed.
/// </summary>
[CollectionDefinition(nameof(ProcessGroup), DisableParallelization = true)]
public sealed class ProcessGroup;
