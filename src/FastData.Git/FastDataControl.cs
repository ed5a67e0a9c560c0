using Delivery.FastData.Git.Control;
using Delivery.FastData.Git.History;
using Delivery.Models;

namespace Delivery.FastData.Git;

/// <summary>Which older version is meant.</summary>
public abstract record VersionTarget
{
    private VersionTarget() { } // closed: these two and no more

    /// <summary>The version of a commit of the history.</summary>
    public sealed record Commit(CommitId Id) : VersionTarget;

    /// <summary>So many versions back from what is live, 1 or more. Commits that changed nothing of it do not count.</summary>
    public sealed record Steps(int Count) : VersionTarget;
}

/// <summary>
/// What people order: roll back, pin, freeze, retire, release, and take each of these back. An order is one commit with actor and
/// reason, published as any other, so all promises of a <see cref="FastDataPublisher"/> hold; no order rewrites history. A lost race is
/// tried again on the new tip. Any thread may call.
/// </summary>
/// <param name="publisher">Of the folder.</param>
/// <param name="time">The clock that decides what is in force; the publisher's.</param>
public sealed class FastDataControl(FastDataPublisher publisher, TimeProvider time)
{
    /// <summary>Commits that may be lost to others before we give up.</summary>
    private const int Attempts = 5;

    private readonly FolderLayout _layout = new(publisher.Folder);

    /// <summary>
    /// Makes a new generation with the model, or all models, of an older commit. What is rolled back from goes to quarantine, or the
    /// next cycle would deliver it again. Of all models also those go that came later, and retired ones come back.
    /// </summary>
    /// <param name="model">The model; null for all.</param>
    /// <param name="target">Which version; steps count from what is live when the call begins, whoever delivers meanwhile.</param>
    /// <param name="request">Needs a reason. With an end, what comes back is also pinned until then.</param>
    /// <param name="cancellationToken">Taken until the commit.</param>
    /// <exception cref="ArgumentException">The request has no reason, or its end is past.</exception>
    /// <exception cref="FastDataException">There is no such commit, or history no longer has its weights.</exception>
    /// <exception cref="FolderBusyException">Another process held the folder too long.</exception>
    public ControlOutcome Rollback(ModelName? model, VersionTarget target, ControlRequest request, CancellationToken cancellationToken)
    {
        Check(request, needsReason: true);
        var first = publisher.ReadTip(cancellationToken);
        if (first.Commit is not { } start) return new ControlOutcome.Refused("Nothing was delivered yet.");
        // An order that is frozen says so before it looks for the version.
        if (ControlState.Read(first, time.GetUtcNow()).Freeze is { } freeze) return new ControlOutcome.Frozen(freeze);
        using var git = new GitReader(_layout);
        if (Find(git, start, model, target, out var problem) is not { } commit) return new ControlOutcome.Refused(problem);
        return Order(request, (tip, now) => VersionOrders.Rollback(git, tip, now, model, commit, request), cancellationToken);
    }

    /// <summary>Holds a model at what is live, or moves it to an older version and holds it there.</summary>
    /// <param name="model">The model.</param>
    /// <param name="to">A commit of the history; null for what is live.</param>
    /// <param name="request">Needs a reason.</param>
    /// <param name="cancellationToken">Taken until the commit.</param>
    /// <inheritdoc cref="Rollback" path="/exception"/>
    public ControlOutcome Pin(ModelName model, CommitId? to, ControlRequest request, CancellationToken cancellationToken)
    {
        Check(request, needsReason: true);
        if (to is not { } commit) return Order(request, (tip, now) => VersionOrders.PinLive(tip, now, model, request), cancellationToken);
        if (publisher.ReadTip(cancellationToken).Commit is not { } start) return new ControlOutcome.Refused("Nothing was delivered yet.");
        using var git = new GitReader(_layout);
        RequireOfHistory(git, start, commit);
        return Order(request, (tip, now) => VersionOrders.PinTo(git, tip, now, model, commit, request), cancellationToken);
    }

    /// <summary>Takes a pin away. What is live stays; the model moves on only to content that a cycle accepts after that.</summary>
    /// <inheritdoc cref="Rollback" path="/exception"/>
    public ControlOutcome Unpin(ModelName model, ControlRequest request, CancellationToken cancellationToken) =>
        Order(request, (tip, now) => VersionOrders.Unpin(tip, now, model, request), cancellationToken);

    /// <summary>Stops all publishes, until somebody thaws or the request's end. A freeze that is there already is replaced.</summary>
    /// <inheritdoc cref="Rollback" path="/exception"/>
    public ControlOutcome Freeze(ControlRequest request, CancellationToken cancellationToken)
    {
        Check(request, needsReason: true);
        return Order(request, (tip, now) => FreezeOrders.Freeze(tip, now, request), cancellationToken, underFreeze: true);
    }

    /// <summary>Lets publishes through again.</summary>
    /// <inheritdoc cref="Rollback" path="/exception"/>
    public ControlOutcome Thaw(ControlRequest request, CancellationToken cancellationToken) =>
        Order(request, (tip, now) => FreezeOrders.Thaw(tip, now, request), cancellationToken, underFreeze: true);

    /// <summary>Takes a model out of delivery; the updater delivers it no more. History keeps it.</summary>
    /// <inheritdoc cref="Rollback" path="/exception"/>
    public ControlOutcome Retire(ModelName model, ControlRequest request, CancellationToken cancellationToken)
    {
        Check(request, needsReason: true);
        return Order(request, (tip, now) => RetireOrders.Retire(tip, now, model, request), cancellationToken);
    }

    /// <summary>Lets the updater deliver a retired model again, as one that is new.</summary>
    /// <inheritdoc cref="Rollback" path="/exception"/>
    public ControlOutcome Unretire(ModelName model, ControlRequest request, CancellationToken cancellationToken) =>
        Order(request, (tip, now) => RetireOrders.Unretire(tip, now, model, request), cancellationToken);

    /// <summary>Takes all contents of a model out of quarantine; the next cycle puts what the store then has through all tests again.</summary>
    /// <inheritdoc cref="Rollback" path="/exception"/>
    public ControlOutcome Release(ModelName model, ControlRequest request, CancellationToken cancellationToken) =>
        Order(request, (tip, _) => QuarantineOrders.Release(tip, model, request), cancellationToken);

    private ControlOutcome Order(ControlRequest request, Func<FastDataTip, DateTimeOffset, ControlStep> decide, CancellationToken cancellationToken, bool underFreeze = false)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var tip = publisher.ReadTip(cancellationToken);
            var now = time.GetUtcNow();
            if (!underFreeze && Control.Freeze.Read(tip) is { } freeze && freeze.IsInForce(now)) return new ControlOutcome.Frozen(freeze);
            var step = decide(tip, now);
            if (step.Refusal is { } why) return new ControlOutcome.Refused(why);
            var publication = new Publication
            {
                ExpectedTip = tip.Commit,
                Message = step.Message!.ToString(),
                Actor = request.Actor,
                Models = step.Models.Changes,
                Removed = step.Models.Removed,
                Control = step.Control,
            };
            switch (publisher.Publish(publication, cancellationToken))
            {
                case PublishOutcome.Published published:
                    return new ControlOutcome.Done(published.Epoch, published.Commit)
                    {
                        Moves = step.Models.Moves, Target = step.Target, Notes = step.Notes, Released = step.Released, Warning = published.Warning,
                    };
                case PublishOutcome.Frozen frozen:
                    return new ControlOutcome.Frozen(new ControlOrder(frozen.Since, frozen.Until, frozen.Actor, frozen.Reason));
                case PublishOutcome.Unchanged:
                    return new ControlOutcome.Refused("All is so already.");
                default:
                    break; // somebody was first: decide again on what is there now
            }
        }
        return new ControlOutcome.LostRaces(Attempts);
    }

    private static CommitId? Find(GitReader git, CommitId tip, ModelName? model, VersionTarget target, out string problem)
    {
        problem = "";
        switch (target)
        {
            case VersionTarget.Commit(var id):
                RequireOfHistory(git, tip, id);
                return id;
            case VersionTarget.Steps(var steps):
                ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1, nameof(target));
                var commit = PreviousVersion.Find(git, tip, model, steps, out var found);
                problem = $"{(model is { } name ? $"'{name}'" : "The set of all models")} has {found} earlier version{(found == 1 ? "" : "s")}; {steps} back was asked for.";
                return commit;
            default:
                throw new ArgumentException("No target.", nameof(target));
        }
    }

    private static void RequireOfHistory(GitReader git, CommitId tip, CommitId commit)
    {
        if (!git.HasAncestor(tip, commit)) throw new FastDataException($"Commit {commit} is no generation of this folder: it is not in the line of main.");
    }

    private void Check(ControlRequest request, bool needsReason)
    {
        if (needsReason && request.Reason is null) throw new ArgumentException("A reason is needed.", nameof(request));
        if (request.Until is { } until && until <= time.GetUtcNow()) throw new ArgumentException($"The end {ControlText.Time(until)} is past.", nameof(request));
    }
}
