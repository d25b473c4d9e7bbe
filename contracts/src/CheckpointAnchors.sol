// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {Governed} from "./Governed.sol";

/// @title Anchors of transparency logs' checkpoints
/// @notice Each log (keccak256 of its origin) has a set of writers, and anchors whose sizes only grow. An anchor that was made is
/// never changed or removed: whoever is shown another tree of an anchored size holds the proof of a fork.
contract CheckpointAnchors is Governed {
    /// @notice A checkpoint that was anchored.
    struct Anchor {
        bytes32 root; // of the RFC 6962 tree
        uint64 size; // its leaves
        uint64 number; // block
        uint64 timestamp; // of the block, seconds since 1970
    }

    /// @notice The longest note that a fork can be reported with.
    uint256 public constant MAX_NOTE = 8192;

    mapping(bytes32 log => mapping(address account => bool)) private _writers;
    mapping(bytes32 log => Anchor[]) private _anchors;
    mapping(bytes32 log => uint256) private _forks;

    uint256[46] private __gap;

    /// @notice An account may, or may no longer, anchor a log's checkpoints.
    event WriterSet(bytes32 indexed log, address indexed writer, bool allowed);
    /// @notice A checkpoint was anchored.
    event Anchored(bytes32 indexed log, uint64 indexed size, bytes32 root, address indexed writer);
    /// @notice Someone holds a signed checkpoint that contradicts an anchor. Anyone can check the note's signatures.
    event ForkReported(bytes32 indexed log, uint64 indexed size, bytes32 anchored, bytes32 other, bytes note, address indexed reporter);

    /// @notice The caller may not anchor this log.
    error NotWriter(bytes32 log, address caller);
    /// @notice Only an organisation or a writer of the log reports a fork.
    error NotReporter(bytes32 log, address caller);
    /// @notice A size or root of zero, no writer, or lists that differ in length.
    error BadCheckpoint();
    /// @notice Another tree of this size is anchored: two histories.
    error Fork(bytes32 log, uint64 size, bytes32 anchored, bytes32 given);
    /// @notice A larger tree is anchored already.
    error Behind(bytes32 log, uint64 size, uint64 newest);
    /// @notice What was given contradicts no anchor.
    error NoFork(bytes32 log, uint64 size);
    /// @notice The note does not begin with this origin, size and root, or is too long.
    error BadNote();
    /// @notice There are not that many anchors.
    error OutOfRange(uint256 index, uint256 count);

    /// @notice Sets it up, once, in the transaction that makes its proxy.
    /// @param authority_ The organisations' contract.
    /// @param logs Logs with a first writer; a log with several is given several times.
    /// @param writers The writer of each.
    function initialize(address authority_, bytes32[] calldata logs, address[] calldata writers) external initializer {
        __Governed_init(authority_);
        if (logs.length != writers.length) revert BadCheckpoint();
        for (uint256 i; i < logs.length; ++i) _setWriter(logs[i], writers[i], true);
    }

    /// @notice Anchors a checkpoint. The same again changes nothing, so a writer may repeat what it is unsure of.
    /// @param log keccak256 of the log's origin.
    /// @param size How many leaves the tree has; at least 1.
    /// @param root Its root.
    /// @return added Whether it is new.
    function anchor(bytes32 log, uint64 size, bytes32 root) external whenNotPaused returns (bool added) {
        if (!_writers[log][msg.sender]) revert NotWriter(log, msg.sender);
        if (size == 0 || root == 0) revert BadCheckpoint();
        Anchor[] storage all = _anchors[log];
        if (all.length != 0) {
            uint64 last = all[all.length - 1].size;
            if (size <= last) {
                (bool found, uint256 index) = _find(all, size);
                if (!found) revert Behind(log, size, last);
                if (all[index].root != root) revert Fork(log, size, all[index].root, root);
                return false;
            }
        }
        all.push(Anchor(root, size, uint64(block.number), uint64(block.timestamp)));
        emit Anchored(log, size, root, msg.sender);
        return true;
    }

    /// @notice Records that a signed checkpoint contradicts an anchor. An organisation or a writer of the log may; it works while paused.
    /// @param origin The log's origin.
    /// @param size The size of both trees.
    /// @param root The other root.
    /// @param note The signed note (C2SP tlog-checkpoint) whose text begins with this origin, size and root; its signatures are checked by who reads the event.
    function reportFork(string calldata origin, uint64 size, bytes32 root, bytes calldata note) external {
        bytes32 log = keccak256(bytes(origin));
        if (!authority.isMember(msg.sender) && !_writers[log][msg.sender]) revert NotReporter(log, msg.sender);
        Anchor[] storage all = _anchors[log];
        (bool found, uint256 index) = _find(all, size);
        if (!found || all[index].root == root) revert NoFork(log, size);
        bytes memory begins = bytes(string.concat(origin, "\n", Strings.toString(size), "\n", Base64.encode(abi.encodePacked(root)), "\n"));
        if (note.length < begins.length || note.length > MAX_NOTE || keccak256(note[:begins.length]) != keccak256(begins)) revert BadNote();
        ++_forks[log];
        emit ForkReported(log, size, all[index].root, root, note, msg.sender);
    }

    /// @notice Lets an account write a log, or no longer. By proposal of the organisations.
    function setWriter(bytes32 log, address writer, bool allowed) external onlyAuthority {
        _setWriter(log, writer, allowed);
    }

    /// @notice Whether an account may anchor a log's checkpoints.
    function isWriter(bytes32 log, address account) external view returns (bool) {
        return _writers[log][account];
    }

    /// @notice A log's newest anchor; all zero where there is none.
    function newest(bytes32 log) external view returns (Anchor memory found) {
        Anchor[] storage all = _anchors[log];
        if (all.length != 0) found = all[all.length - 1];
    }

    /// @notice How many anchors a log has.
    function count(bytes32 log) external view returns (uint256) {
        return _anchors[log].length;
    }

    /// @notice An anchor by its number, from 0.
    function anchorAt(bytes32 log, uint256 index) external view returns (Anchor memory) {
        Anchor[] storage all = _anchors[log];
        if (index >= all.length) revert OutOfRange(index, all.length);
        return all[index];
    }

    /// @notice The anchor of exactly this size; all zero where there is none.
    function ofSize(bytes32 log, uint64 size) external view returns (Anchor memory anchored) {
        Anchor[] storage all = _anchors[log];
        (bool found, uint256 index) = _find(all, size);
        if (found) anchored = all[index];
    }

    /// @notice The first anchor that covers a leaf; all zero where none does yet.
    /// @param leaf The leaf's index, from 0.
    function covering(bytes32 log, uint64 leaf) external view returns (Anchor memory anchored) {
        Anchor[] storage all = _anchors[log];
        if (leaf == type(uint64).max) return anchored;
        (, uint256 index) = _find(all, leaf + 1);
        if (index < all.length) anchored = all[index];
    }

    /// @notice How many forks of a log were reported.
    function forks(bytes32 log) external view returns (uint256) {
        return _forks[log];
    }

    /// @dev The first anchor of at least this size.
    function _find(Anchor[] storage all, uint64 size) private view returns (bool found, uint256 index) {
        uint256 high = all.length;
        while (index < high) {
            uint256 middle = (index + high) / 2;
            if (all[middle].size < size) index = middle + 1;
            else high = middle;
        }
        found = index < all.length && all[index].size == size;
    }

    function _setWriter(bytes32 log, address writer, bool allowed) private {
        if (writer == address(0)) revert BadCheckpoint();
        _writers[log][writer] = allowed;
        emit WriterSet(log, writer, allowed);
    }
}
