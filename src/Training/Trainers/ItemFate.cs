namespace Delivery.Training.Trainers;

/// <summary>What became of an item. The names are kept in states: append, never rename.</summary>
public enum ItemFate
{
    /// <summary>In the batch, or already in the weights.</summary>
    Learned,

    /// <summary>Kept for the gate, never trained on.</summary>
    HeldOut,

    /// <summary>Dropped: the request id is among those remembered.</summary>
    Duplicate,

    /// <summary>Refused: it belongs to another model.</summary>
    WrongModel,

    /// <summary>Refused: its reward follows another definition than the model's.</summary>
    WrongSurplusVersion,

    /// <summary>Refused: it has no request id, so a duplicate could not be told.</summary>
    NoRequestId,

    /// <summary>Refused: it has no event time, or none that is a date.</summary>
    NoEventTime,

    /// <summary>Refused: the length of its feature vector is not the model's.</summary>
    WrongFeatureCount,

    /// <summary>Refused: a feature is NaN or infinite.</summary>
    FeatureNotFinite,

    /// <summary>Refused: the class shown, or that of the production formula, is none of the model's.</summary>
    UnknownClass,

    /// <summary>Refused: the propensity is not in (0, 1], or so small that reward / propensity is beyond a float.</summary>
    BadPropensity,

    /// <summary>Refused: the reward is NaN, which stands for a missing one, or infinite.</summary>
    NoReward,

    /// <summary>Refused: a score of the model for it is not finite.</summary>
    ScoreNotFinite,
}
