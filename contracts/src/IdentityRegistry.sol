// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Governed} from "./Governed.sol";

/// @title Identities by hash
/// @notice Of each DID (keccak256 of its text) the hash of its document, its keys by hash, and whether they were revoked; of each
/// credential that an identity issued, whether it was revoked. Nothing here says who someone is.
contract IdentityRegistry is Governed, EIP712 {
    /// @notice Who may enter identities.
    bytes32 public constant REGISTRAR = keccak256("banyan.registrar");

    bytes32 private constant UPDATE = keccak256("Update(bytes32 did,bytes32 document,uint256 nonce,uint64 deadline)");

    struct Identity {
        address controller;
        uint64 updatedAt;
        bool revoked;
        address nextController;
        uint64 version;
        bytes32 document;
    }

    struct Key {
        bytes32 key; // hash of the public key
        uint64 addedAt;
        uint64 revokedAt;
    }

    mapping(bytes32 did => Identity) private _identities;
    mapping(bytes32 did => mapping(bytes32 id => Key)) private _keys;
    mapping(bytes32 issuer => mapping(bytes32 credential => uint64)) private _credentials;
    /// @notice How many signed updates an identity has used; the next signature is over this number.
    mapping(bytes32 did => uint256) public nonces;

    uint256[45] private __gap;

    /// @notice An identity was entered.
    event Registered(bytes32 indexed did, address indexed controller, bytes32 document);
    /// @notice An identity has another document.
    event Updated(bytes32 indexed did, bytes32 document, uint64 version);
    /// @notice Another account is to control an identity, when it accepts.
    event ControllerOffered(bytes32 indexed did, address indexed to);
    /// @notice Another account controls an identity.
    event ControllerChanged(bytes32 indexed did, address indexed from, address indexed to);
    /// @notice A key was added.
    event KeyAdded(bytes32 indexed did, bytes32 indexed id, bytes32 key);
    /// @notice A key was revoked, for good.
    event KeyRevoked(bytes32 indexed did, bytes32 indexed id);
    /// @notice An identity was revoked, for good.
    event Revoked(bytes32 indexed did);
    /// @notice A credential was revoked by its issuer, for good.
    event CredentialRevoked(bytes32 indexed issuer, bytes32 indexed credential);

    /// @notice Only a registrar enters identities.
    error NotRegistrar(address caller);
    /// @notice The caller, or the signer, does not control the identity.
    error NotController(bytes32 did, address caller);
    /// @notice The identity was not offered to the caller.
    error NotOffered(bytes32 did, address caller);
    /// @notice The DID was entered before.
    error AlreadyRegistered(bytes32 did);
    /// @notice The DID was never entered.
    error Unknown(bytes32 did);
    /// @notice The identity was revoked, for good.
    error IsRevoked(bytes32 did);
    /// @notice A hash or an account is empty.
    error BadIdentity();
    /// @notice The id of the key was used before.
    error KeyExists(bytes32 did, bytes32 id);
    /// @notice There is no key of this id.
    error NoKey(bytes32 did, bytes32 id);
    /// @notice It was revoked before.
    error AlreadyRevoked();
    /// @notice The signed update came after its deadline.
    error Late(uint64 deadline);

    modifier onlyController(bytes32 did) {
        Identity storage found = _live(did);
        if (found.controller != msg.sender) revert NotController(did, msg.sender);
        _;
    }

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() EIP712("Banyan IdentityRegistry", "1") {}

    /// @notice Sets it up, once, in the transaction that makes its proxy.
    /// @param authority_ The organisations' contract.
    function initialize(address authority_) external initializer {
        __Governed_init(authority_);
    }

    /// @notice Enters an identity. A registrar may, once for each DID, also after a revocation never again.
    /// @param did keccak256 of the DID.
    /// @param controller The account that may change it.
    /// @param document Hash of its DID document.
    function register(bytes32 did, address controller, bytes32 document) external whenNotPaused {
        if (!authority.hasRole(REGISTRAR, msg.sender)) revert NotRegistrar(msg.sender);
        if (did == 0 || controller == address(0) || document == 0) revert BadIdentity();
        if (_identities[did].version != 0) revert AlreadyRegistered(did);
        _identities[did] = Identity(controller, uint64(block.timestamp), false, address(0), 1, document);
        emit Registered(did, controller, document);
    }

    /// @notice Gives an identity another document.
    function update(bytes32 did, bytes32 document) external whenNotPaused onlyController(did) {
        _update(did, document);
    }

    /// @notice The same, by the controller's signature (EIP-712), sent by anyone: who controls an identity need not pay for it.
    /// @dev The number in the signature makes each of them good once; a high s or a wrong v is refused, so no second signature can be made of one.
    function updateSigned(bytes32 did, bytes32 document, uint64 deadline, bytes calldata signature) external whenNotPaused {
        Identity storage found = _live(did);
        if (block.timestamp > deadline) revert Late(deadline);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(UPDATE, did, document, nonces[did]++, deadline)));
        address signer = ECDSA.recover(digest, signature);
        if (signer != found.controller) revert NotController(did, signer);
        _update(did, document);
    }

    /// @notice Offers an identity to another account; zero takes the offer back.
    function offerController(bytes32 did, address to) external whenNotPaused onlyController(did) {
        _identities[did].nextController = to;
        emit ControllerOffered(did, to);
    }

    /// @notice Takes over an identity that was offered to the caller.
    function acceptController(bytes32 did) external whenNotPaused {
        Identity storage found = _live(did);
        if (found.nextController != msg.sender) revert NotOffered(did, msg.sender);
        _changeController(did, found, msg.sender);
    }

    /// @notice Gives an identity whose controller lost its key to another account. By proposal of the organisations.
    function recover(bytes32 did, address to) external onlyAuthority {
        if (to == address(0)) revert BadIdentity();
        _changeController(did, _live(did), to);
    }

    /// @notice Adds a key by hash. An id that was used is never used again.
    function addKey(bytes32 did, bytes32 id, bytes32 key) external whenNotPaused onlyController(did) {
        if (key == 0) revert BadIdentity();
        if (_keys[did][id].addedAt != 0) revert KeyExists(did, id);
        _keys[did][id] = Key(key, uint64(block.timestamp), 0);
        emit KeyAdded(did, id, key);
    }

    /// @notice Revokes a key, for good. Works while paused: a stolen key can't wait.
    function revokeKey(bytes32 did, bytes32 id) external onlyController(did) {
        Key storage found = _keys[did][id];
        if (found.addedAt == 0) revert NoKey(did, id);
        if (found.revokedAt != 0) revert AlreadyRevoked();
        found.revokedAt = uint64(block.timestamp);
        emit KeyRevoked(did, id);
    }

    /// @notice Revokes an identity, for good. Its controller may, and the organisations by proposal. Works while paused.
    function revoke(bytes32 did) external {
        Identity storage found = _live(did);
        if (msg.sender != found.controller && msg.sender != address(authority)) revert NotController(did, msg.sender);
        found.revoked = true;
        found.updatedAt = uint64(block.timestamp);
        emit Revoked(did);
    }

    /// @notice Revokes a credential that an identity issued, for good. Works while paused.
    /// @param issuer The DID of who issued it, by hash.
    /// @param credential Hash of the credential.
    function revokeCredential(bytes32 issuer, bytes32 credential) external onlyController(issuer) {
        if (_credentials[issuer][credential] != 0) revert AlreadyRevoked();
        _credentials[issuer][credential] = uint64(block.timestamp);
        emit CredentialRevoked(issuer, credential);
    }

    /// @notice An identity; all zero where it was never entered.
    function get(bytes32 did) external view returns (Identity memory) {
        return _identities[did];
    }

    /// @notice A key; all zero where it was never added.
    function keyOf(bytes32 did, bytes32 id) external view returns (Key memory) {
        return _keys[did][id];
    }

    /// @notice Whether a key is good now: added, not revoked, and its identity not either.
    function isKeyGood(bytes32 did, bytes32 id) external view returns (bool) {
        Key storage found = _keys[did][id];
        return found.addedAt != 0 && found.revokedAt == 0 && !_identities[did].revoked;
    }

    /// @notice When a credential was revoked, in seconds since 1970; 0: it was not.
    function credentialRevokedAt(bytes32 issuer, bytes32 credential) external view returns (uint64) {
        return _credentials[issuer][credential];
    }

    /// @notice What the next signed update of an identity signs (EIP-712).
    function updateDigest(bytes32 did, bytes32 document, uint64 deadline) external view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(UPDATE, did, document, nonces[did], deadline)));
    }

    function _live(bytes32 did) private view returns (Identity storage found) {
        found = _identities[did];
        if (found.version == 0) revert Unknown(did);
        if (found.revoked) revert IsRevoked(did);
    }

    function _update(bytes32 did, bytes32 document) private {
        if (document == 0) revert BadIdentity();
        Identity storage found = _identities[did];
        found.document = document;
        found.updatedAt = uint64(block.timestamp);
        uint64 version = ++found.version;
        emit Updated(did, document, version);
    }

    function _changeController(bytes32 did, Identity storage found, address to) private {
        address from = found.controller;
        found.controller = to;
        found.nextController = address(0);
        found.updatedAt = uint64(block.timestamp);
        emit ControllerChanged(did, from, to);
    }
}
